"""The avatars' rig: its containers and actions."""

from __future__ import annotations

from cmft_training.synthetic.drawn.avatar_rig import Action, container, garment, limb


def test_names_of_containers() -> None:
    """Items' names are those of the rig, spelled in several ways."""
    assert container("sleeveUpperClose") == "sideshirtsleeveupperclose"
    assert container("sideHairContianer") == "sidehair"
    assert container("backPantsLegUpperClose_mc") == "backpantsupperclose"
    assert container("shoeToeOffside") == "sidetoeoffside"
    assert limb("sidehandclose") == limb("sidearmupperclose") == "sidearmclose"
    assert garment("sideshirtsleevelowerclose") == garment("sideshirtsleeveupperoffside")


def test_an_action_goes_back_at_its_end() -> None:
    """Times beyond an action's end or before its beginning run through it the other way."""
    action = Action("walk", 10, 13)
    assert [action.frame(float(t)) for t in range(-2, 7)] == [12, 11, 10, 11, 12, 11, 10, 11, 12]
    assert Action("hit", 5, 6).frame(40.0) == 5

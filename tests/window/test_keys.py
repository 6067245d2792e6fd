"""The table of keys."""

from pathlib import Path

from cmft_engine.window.keys import KEYS, actions, key_of


def test_no_key_means_two_things():
    keys = [key for one in KEYS for key in one.keys]
    assert len(keys) == len(set(keys)) and len({one.action for one in KEYS}) == len(KEYS)


def test_what_the_work_is_made_of_takes_one_key_each():
    """The next doubtful track and approval are on a single key without another held."""
    assert all("+" not in key_of(action) for action in ("next_track", "previous_track", "approve", "approve_next"))
    assert actions()["N"] == "next_track" and actions()["A"] == "approve"


def test_the_user_s_page_has_every_key():
    """With what it does, as the window's own help says it."""
    page = (Path(__file__).resolve().parents[2] / "docs" / "corrections.md").read_text(encoding="utf-8")
    for one in KEYS:
        assert f"| {', '.join(f'`{key}`' for key in one.keys)} | {one.help} |" in page

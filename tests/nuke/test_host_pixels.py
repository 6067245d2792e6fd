"""Pixels of the native nodes: every value by hand, every unknown use an error."""

import threading

import numpy as np
import OpenImageIO as oiio
import pytest

from tests.nuke.host import Host, RenderError
from tests.nuke.host.plates import constant, first, store

RGBA = ("R", "G", "B", "A")


@pytest.fixture
def host():
    """A host with a GUI and a small format; at the end any broken rule fails the test."""
    with Host() as host:
        host.nuke.root()["format"].setValue("6 4 0 0 6 4 1 small")
        yield host


def test_copy(host, tmp_path):
    """Copy takes layers that A has and single channels, clips A to B's box, and passes B's other channels."""
    nuke = host.nuke
    b = nuke.nodes.Read(file=store(tmp_path / "b.exr", {**dict.fromkeys(RGBA, 1), "Z": 9}), raw=True)
    path = store(tmp_path / "a.exr", {"R": 2, "G": 2, "B": 2, "confidence.Y": 3}, data=(-4, 0, 5, 4))
    a = nuke.nodes.Read(file=path, raw=True)
    host.render(a, 1)
    copy = nuke.nodes.Copy(inputs=[b, a], from0="none", to0="none", channels="all", bbox="B")
    assert first(host, copy) == {"rgba.red": 2, "rgba.green": 2, "rgba.blue": 2, "rgba.alpha": 1, "depth.Z": 9,
                                 "confidence.Y": 3}
    assert host.image(copy, 1).box == (0, 0, 6, 4)
    assert host.render(copy, 1)["rgba.red"][0].tolist() == [2, 0, 0, 0, 0, 0]
    copy["bbox"].setValue("union")
    assert host.image(copy, 1).box == (-4, 0, 6, 4)
    copy["channels"].setValue("none")
    copy["from0"].setValue("confidence.Y")
    copy["to0"].setValue("rgba.alpha")
    assert first(host, copy)["rgba.alpha"] == 3 and first(host, copy)["rgba.red"] == 1


def test_copy_with_a_mask_is_exact_at_both_ends(host):
    """Where the mask is 0 stands B, where it is 1 stands A, bit for bit; between they mix."""
    b, a = constant(host, 0.1, 0.2, 0.3, 0.4), constant(host, 0.7, 0.8, 0.9, 1)
    for mask, expected in ((0, 0.1), (1, 0.7), (0.5, 0.4)):
        copy = host.nuke.nodes.Copy(inputs=[b, a, constant(host, 0, 0, 0, mask)], channels="rgba")
        assert first(host, copy)["rgba.red"] == pytest.approx(np.float32(expected), abs=1e-6 if mask == 0.5 else 0)


def test_keymix(host):
    """A where the mask is, B elsewhere, B alone without a mask; inverted the other way round."""
    b, a, one = constant(host, 0.1), constant(host, 0.7), constant(host, 0, 0, 0, 1)
    keymix = host.nuke.nodes.Keymix(inputs=[b, a, one])
    assert np.float32(first(host, keymix)["rgba.red"]) == np.float32(0.7)
    keymix["invertMask"].setValue(True)
    assert np.float32(first(host, keymix)["rgba.red"]) == np.float32(0.1)
    keymix["invertMask"].setValue(False)
    keymix.setInput(2, None)
    assert np.float32(first(host, keymix)["rgba.red"]) == np.float32(0.1)


def test_switch_and_dissolve(host, tmp_path):
    """Switch computes the chosen input alone; an index beyond them is an error; Dissolve mixes."""
    broken = host.nuke.nodes.Read(file=(tmp_path / "gone.exr").as_posix())
    switch = host.nuke.nodes.Switch(inputs=[constant(host, 1), broken])
    assert first(host, switch)["rgba.red"] == 1
    switch["which"].setValue(1)
    with pytest.raises(RenderError, match="No such file"):
        host.render(switch, 1)
    switch["which"].setValue(2)
    with pytest.raises(RenderError, match="input 2 of 2"):
        host.render(switch, 1)
    dissolve = host.nuke.nodes.Dissolve(inputs=[constant(host, 1), constant(host, 3)], which=0.25)
    assert first(host, dissolve)["rgba.red"] == 1.5


@pytest.mark.parametrize(("operation", "expected"), [
    ("over", 0.5 + 0.25 * 0.5), ("copy", 0.5), ("plus", 0.75), ("multiply", 0.125), ("mask", 0.125), ("stencil", 0.125),
    ("max", 0.5), ("difference", 0.25), ("from", -0.25), ("matte", 0.375),
])
def test_merge(host, operation, expected):
    """Merge2 with A = 0.5 at alpha 0.5 and B = 0.25 at alpha 1."""
    b, a = constant(host, 0.25, 0, 0, 1), constant(host, 0.5, 0, 0, 0.5)
    merge = host.nuke.nodes.Merge2(inputs=[b, a], operation=operation)
    assert first(host, merge)["rgba.red"] == pytest.approx(expected)


def test_shuffle_and_remove(host):
    """Shuffle2 by its mappings, Remove by name or by what is kept."""
    source = constant(host, 1, 2, 3, 4)
    mappings = "2 rgba.blue 0 2 rgba.red 0 0 white -1 -1 rgba.alpha 0 3"
    shuffle = host.nuke.nodes.Shuffle2(inputs=[source], mappings=mappings)
    assert first(host, shuffle) == {"rgba.red": 3, "rgba.green": 2, "rgba.blue": 3, "rgba.alpha": 1}
    remove = host.nuke.nodes.Remove(inputs=[shuffle], channels="rgb")
    assert set(first(host, remove)) == {"rgba.alpha"}
    remove["operation"].setValue("keep")
    assert set(first(host, remove)) == {"rgba.red", "rgba.green", "rgba.blue"}


def test_time(host, tmp_path):
    """FrameHold shows one frame, or every nth; TimeOffset moves; knobs upstream are seen at the moved frame."""
    for number in range(1, 9):
        store(tmp_path / f"a.{number:04d}.exr", {"R": number})
    read = host.nuke.nodes.Read(file=(tmp_path / "a.%04d.exr").as_posix(), last=8, raw=True)
    hold = host.nuke.nodes.FrameHold(inputs=[read], firstFrame=3)
    assert first(host, hold, 7)["rgba.red"] == 3
    hold["increment"].setValue(2)
    assert [first(host, hold, frame)["rgba.red"] for frame in (3, 4, 5, 6)] == [3, 3, 5, 5]
    moved = host.nuke.nodes.TimeOffset(inputs=[read], time_offset=2)
    assert first(host, moved, 5)["rgba.red"] == 3
    assert (moved.firstFrame(), moved.lastFrame(), hold.input(0).lastFrame()) == (3, 10, 8)
    switch = host.nuke.nodes.Switch(inputs=[constant(host, 10), constant(host, 20)])
    switch["which"].setExpression("frame>4")
    moved.setInput(0, switch)
    assert [first(host, moved, frame)["rgba.red"] for frame in (6, 7)] == [10, 20]


def test_assert_and_disable(host):
    """A false Assert is an error with its message; a disabled node passes its first input."""
    node = host.nuke.nodes.Assert(inputs=[constant(host, 1)], message="no: [value name] at [frame]")
    assert first(host, node)["rgba.red"] == 1
    node["expression"].setExpression("frame<5")
    with pytest.raises(RenderError, match=r"^Assert1: no: Assert1 at 5$"):
        host.render(node, 5)
    node["disable"].setValue(True)
    assert first(host, node, 5)["rgba.red"] == 1


def test_crop_and_expression(host):
    """Crop keeps a box, counted from below; Expression computes channels from channels."""
    crop = host.nuke.nodes.Crop(inputs=[constant(host, 1)], box=[1, 1, 3, 4])
    assert host.render(crop, 1)["rgba.red"].tolist() == [[0, 1, 1, 0, 0, 0]] * 3 + [[0] * 6]
    crop["reformat"].setValue(True)
    assert host.render(crop, 1)["rgba.red"].shape == (3, 2)
    maths = host.nuke.nodes.Expression(inputs=[constant(host, 0.25, 1)], channel0="red", channel3="none")
    maths["expr0"].setValue("r > 0.2 ? g*2 : b")
    assert first(host, maths)["rgba.red"] == 2
    maths["expr0"].setValue("y")
    assert host.render(maths, 1)["rgba.red"][:, 0].tolist() == [3, 2, 1, 0]


def test_what_is_not_computed_is_an_error(host):
    """A class, an operation, a knob beyond what this host computes: never a silent pass."""
    a = constant(host, 1)
    for node, knob, value in ((host.nuke.nodes.Copy(inputs=[a, a]), "unpremult", "alpha"),
                              (host.nuke.nodes.Merge2(inputs=[a, a]), "operation", "overlay"),
                              (host.nuke.nodes.TimeOffset(inputs=[a]), "reverse_input", True),
                              (host.nuke.nodes.Crop(inputs=[a]), "softness", 2.0),
                              (host.nuke.nodes.NoOp(inputs=[a]), "useLifetime", True)):
        assert host.render(node, 1)
        node[knob].setValue(value)
        with pytest.raises(RenderError, match="not computed"):
            host.render(node, 1)
    with pytest.raises(RenderError, match="StickyNote is not computed"):
        host.render(host.nuke.nodes.StickyNote(), 1)


def test_metadata_travels(host, tmp_path):
    """What an EXR says of itself reaches the stream; Copy gives B's, A's or both; a Write stores it when told."""
    a = host.nuke.nodes.Read(file=store(tmp_path / "a.exr", {"R": 1}, **{"cryptomatte/1/name": "Palette"}))
    b = host.nuke.nodes.Read(file=store(tmp_path / "b.exr", {"R": 1}, take="7"))
    copy = host.nuke.nodes.Copy(inputs=[b, a])
    assert copy.metadata("exr/take") == "7" and copy.metadata("exr/cryptomatte/1/name") is None
    copy["metainput"].setValue("All")
    assert copy.metadata("exr/cryptomatte/1/name") == "Palette" and copy.metadata("exr/take") == "7"
    write = host.nuke.nodes.Write(file=(tmp_path / "c.exr").as_posix(), inputs=[copy], metadata="all metadata")
    host.nuke.execute(write, 1, 1)
    written = oiio.ImageInput.open((tmp_path / "c.exr").as_posix()).spec()
    assert written.get_string_attribute("cryptomatte/1/name") == "Palette"


def test_groups_and_their_inputs(host):
    """A Group is its Output; an Input that is not connected gives no channels, numbers say which input is which."""
    (group,) = host.load("""Group {
 inputs 0
 name G
}
 Input {
  inputs 0
  name b
  number 1
 }
 Input {
  inputs 0
  name a
 }
 Switch {
  inputs 2
  which {{"\\[exists parent.input1]"}}
  name Pick
 }
 Output {
  name Out
 }
end_group
""")
    group.setInput(0, constant(host, 1))
    assert first(host, group)["rgba.red"] == 1
    group.setInput(1, constant(host, 2))
    assert first(host, group)["rgba.red"] == 2
    assert host.render(host.nuke.nodes.Dot(), 1) == {}


def test_pixels_belong_to_the_main_thread(host):
    """Computing in another thread is a fault."""
    node, raised = constant(host, 1), []

    def work():
        try:
            host.render(node, 1)
        except AssertionError as error:
            raised.append(error)

    thread = threading.Thread(target=work)
    with host.expect_fault("outside the main thread"):
        thread.start()
        thread.join()
    assert len(raised) == 1

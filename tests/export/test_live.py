"""The live model is the engine's per-frame path: same window, same channels, same network; and it bears bad input."""

import re
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch

from cmft_engine.export import pictures, windows
from cmft_engine.export.cattery import KNOBS, save_model
from cmft_engine.export.live import CHANNELS, LiveModel, LiveNetwork
from cmft_engine.lineart.lineart import extract_line_art
from cmft_engine.matching import framing
from cmft_engine.matching.matcher import Matcher
from cmft_engine.matching.network.inputs import line_channels
from cmft_engine.shot.drawing import PaintedDrawing
from tests.drawings import PAINTS, cut, figure

OPERATORS = Path(__file__).with_name("operators.txt")


@pytest.fixture(scope="module")
def scripted(tmp_path_factory, random_weights):
    """The model as a host loads it, and its file."""
    path = tmp_path_factory.mktemp("live") / "live.pt"
    save_model(path, random_weights)
    return load(path), path


def load(path):
    """Load a model as Nuke does; torch warns that it has something newer, which Nuke has not."""
    with pytest.warns(DeprecationWarning, match=r"torch\.jit\.load"):
        return torch.jit.load(str(path))


def packed(target, reference, paints=PAINTS):
    """Pack a drawing, a painted one and its lines, opaque, for the model: (1, 12, H, W)."""
    layers = [target.lines(), reference.painted(paints), reference.lines()]
    rgba = [np.dstack([layer, np.ones(layer.shape[:2], np.float32)]) for layer in layers]
    return torch.from_numpy(np.dstack(rgba).transpose(2, 0, 1)[None].copy())


def run(model, pictures):
    with torch.no_grad():
        return model(pictures)


def test_network_is_the_engine_s(random_checkpoint):
    """The network in plain operators gives the decoder's picture of the fused one."""
    generator = torch.Generator().manual_seed(3)
    line, their_line = torch.rand(1, 2, 64, 96, generator=generator), torch.rand(1, 2, 80, 64, generator=generator)
    color = torch.rand(1, 3, 80, 64, generator=generator)
    network = random_checkpoint.network
    with torch.no_grad():
        expected = network(line, network.encode_reference(their_line, color)).rgb
        found = LiveNetwork(network).eval()(line, their_line, color)
    assert torch.allclose(found, expected, atol=1e-4)


def test_path_is_the_engine_s(random_checkpoint):
    """From plates to plate the picture is that of paint mode, when the paint under the reference's ink is known."""
    target, reference = figure(5, 3), figure()
    rgb = np.array(PAINTS, np.float32)[reference.paint]
    matcher = Matcher(random_checkpoint, [PaintedDrawing(cut(reference), reference.paint, rgb)],
                      n_colors=len(PAINTS), work_size=128, device=torch.device("cpu"), paints=True)
    expected = matcher.match(cut(target)).rgb
    model = LiveModel(random_checkpoint.network).eval()
    model.work_size, model.linear, model.ink_over, model.soft_ink = 128, 0, 0, 1.0
    given = packed(target, reference)
    given[0, 4:7] = torch.from_numpy(rgb.transpose(2, 0, 1).copy())
    found = run(model, given)[0, :3].permute(1, 2, 0).numpy()
    assert np.allclose(found, expected, atol=1e-3)


def test_paint_grows_under_the_ink():
    """Where a painted drawing shows ink, the paint beside it is taken."""
    color = torch.rand(1, 3, 1, 1).expand(1, 3, 9, 9).clone()
    known = torch.ones(1, 1, 9, 9)
    known[:, :, 3:6] = 0
    ink = torch.where(known > 0, color, torch.zeros_like(color))
    assert torch.allclose(pictures.fill_unknown(ink, known, 2), color, atol=1e-5)
    assert torch.equal(pictures.fill_unknown(ink, torch.zeros_like(known), 2), torch.ones_like(color))


@pytest.mark.parametrize("box", [(3, 5, 30, 60), (0, 0, 200, 150), (20, 90, 190, 97), (150, 100, 151, 101)])
@pytest.mark.parametrize("work_size", [128, 512])
def test_window_is_the_engine_s(box, work_size):
    """Crop, scale and what the network reads of the lines are those of the engine, enlarged and reduced."""
    ink = np.zeros((151, 203), bool)
    ink[box[1]:box[3], box[0]:box[2]] = True
    ink[box[1] + 1:box[3] - 1, box[0] + 1:box[2] - 1] = False
    tensor = torch.from_numpy(ink.astype(np.float32))[None, None]
    scale = framing.work_scale(ink, work_size)
    assert windows.work_scale(tensor, work_size) == pytest.approx(scale, rel=1e-12)
    window, expected = windows.drawing_window(tensor, scale, work_size), framing.frame_drawing(
        ink, scale, limit=work_size)
    assert tuple(window) == (expected.x, expected.y, expected.width, expected.height, expected.scale)
    work = expected.sample_ink(ink)
    assert np.allclose(windows.work_ink(tensor, window)[0, 0].numpy(), work, atol=1e-3)
    distance = pictures.chamfer(torch.from_numpy(work)[None, None], 16.0)[0, 0].numpy() / 16
    assert np.allclose(distance, line_channels(work)[1], atol=1e-5)


def test_coverage_is_the_engine_s():
    """Lines on nothing and on white paper cover as the engine finds, in linear light too."""
    cover = np.linspace(0, 1, 64, dtype=np.float32)[None].repeat(8, 0)
    cover[:, :32] = 0
    clear = torch.from_numpy(np.dstack([np.zeros((8, 64, 3), np.float32), cover]).transpose(2, 0, 1)[None].copy())
    expected = extract_line_art(np.zeros((8, 64, 3), np.float32), cover).coverage
    assert np.allclose(pictures.line_picture(clear, 1)[1][0, 0].numpy(), expected, atol=1e-3)
    paper = torch.from_numpy(np.repeat((1 - cover)[None, None], 4, 1))
    paper[:, 3] = 0  # a picture without alpha
    assert np.allclose(pictures.line_picture(paper, 0)[1][0, 0].numpy(), cover, atol=1e-6)
    light = pictures.linear_light(paper)
    light[:, 3] = 0
    assert np.allclose(pictures.line_picture(light, 1)[1][0, 0].numpy(), cover, atol=1e-4)


@pytest.mark.parametrize(("height", "width"), [(64, 64), (61, 75), (33, 130)])
def test_any_size_and_form(scripted, height, width):
    """Odd sizes come out as they went in: RGBA, opaque, finite, contiguous."""
    model, _ = scripted
    out = run(model, packed(figure(side=max(height, width)), figure(2, 1, side=max(height, width)))
              [:, :, :height, :width].contiguous())
    assert out.shape == (1, 4, height, width) and out.is_contiguous()
    assert bool(out.isfinite().all()) and bool((out[:, 3] == 1).all()) and bool(((out >= 0) & (out <= 1)).all())


def test_numbers_that_no_picture_has(scripted):
    """Values under 0, over 1 and no numbers are cut: the result is that of the cut picture."""
    model, _ = scripted
    clean = packed(figure(3), figure())
    odd = clean.clone()
    odd[clean == 1] = 7.5
    odd[clean == 0] = -2.0
    odd[:, 0, :2, :2], clean[:, 0, :2, :2] = float("nan"), 0.0
    odd[:, 1, :2, :2], clean[:, 1, :2, :2] = float("inf"), 1.0
    assert torch.equal(run(model, odd), run(model, clean))


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_empty_pictures(scripted, value):
    """All black, all white or nothing at all is coloured with something, not refused."""
    model, _ = scripted
    assert bool(run(model, torch.full((1, CHANNELS, 40, 56), value)).isfinite().all())


def test_knobs_are_attributes(scripted):
    """Every knob is an attribute of the saved model, with its default, and changes the picture when it is set."""
    model, path = scripted
    fresh = load(path)
    given = packed(figure(3), figure()).repeat_interleave(3, 2).repeat_interleave(3, 3)  # larger than a small work size
    given[:, :3] = given[:, :3] * 0.96 + 0.04  # dark grey lines
    seen = run(model, given)
    for knob, other in zip(KNOBS, (128, 0.9, 0, 0), strict=True):
        assert getattr(fresh, knob.name) == pytest.approx(knob.value)
        assert knob.limits[0] <= knob.value <= knob.limits[1]
        setattr(fresh, knob.name, other)
        assert not torch.equal(run(fresh, given), seen), knob.name
        setattr(fresh, knob.name, type(other)(knob.value))
    assert torch.equal(run(fresh, given), seen)


def test_half_precision(scripted):
    """Nuke may turn model and pictures to half: the picture stays near the exact one."""
    _, path = scripted
    half = load(path).half()
    pictures = packed(figure(3), figure())
    found = run(half, pictures.half())
    assert found.dtype == torch.float16 and bool(found.isfinite().all())


def test_operators_are_those_that_were_tried(scripted):
    """The file uses only operators with which older torches have loaded it; a new one needs benchmarks.live."""
    _, path = scripted
    with zipfile.ZipFile(path) as archive:
        code = "".join(archive.read(name).decode() for name in archive.namelist() if name.endswith(".py"))
    found = set(re.findall(r"(?<![\w.])(?:torch|ops\.\w+)\.[\w.]+(?=\()", code))
    assert found == set(OPERATORS.read_text(encoding="ascii").split())

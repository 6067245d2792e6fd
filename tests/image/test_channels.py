"""Which of a file's channels are its picture, and what is said where that is not clear."""

import numpy as np
import OpenImageIO as oiio
import pytest

from cmft_engine.image.channels import is_main_layer
from cmft_engine.image.plate import Plate, read_plate, write_plate
from cmft_engine.protocol.errors import PlateError


def parts(path, *layers):
    """Write an EXR of several parts, each R, G, B of one value."""
    specs = []
    for name, _ in layers:
        spec = oiio.ImageSpec(4, 4, 3, "half")
        spec.attribute("oiio:subimagename", name)
        specs.append(spec)
    target = oiio.ImageOutput.create(str(path))
    assert target.open(str(path), tuple(specs))
    for number, (_, value) in enumerate(layers):
        assert not number or target.open(str(path), specs[number], "AppendSubimage")
        assert target.write_image(np.full((4, 4, 3), value, np.float32))
    assert target.close()
    return path


def test_the_main_part_is_read_wherever_it_stands(tmp_path, caplog):
    """The part called rgba is the picture, though another one with R, G and B comes first."""
    assert is_main_layer("ViewLayer.Combined") and is_main_layer("") and not is_main_layer("diffuse")
    plate = read_plate(parts(tmp_path / "a.exr", ("diffuse", 0.25), ("rgba", 0.5)))
    assert plate.rgb().min() == 0.5 and "diffuse.R" in plate.channels and not caplog.text
    plate = read_plate(parts(tmp_path / "b.exr", ("main", 0.5), ("diffuse", 0.25)))
    assert plate.rgb().min() == 0.5 and plate.channels[:3] == ("R", "G", "B")


def layered(path, *layers, parts="RGB"):
    channels = tuple(f"{layer}.{part}" if layer else part for layer in layers for part in parts)
    write_plate(Plate.from_pixels(np.ones((2, 2, len(channels))), channels=channels, bit_depth="half"), path)
    return path


@pytest.mark.parametrize(("layers", "told"), [
    (("diffuse", "paint"), "(diffuse, paint), of which only diffuse is read"),
    (("Back.Combined", "Front.Combined"), "(Back.Combined, Front.Combined), of which only Back.Combined is read"),
    (("", "diffuse", "paint"), ""),
    (("paint", "crypto00", "crypto01"), ""),
    (("crypto00", "diffuse", "paint"), "(diffuse, paint), of which only diffuse is read"),
])
def test_layers_of_which_none_is_the_main_one_are_told(tmp_path, caplog, layers, told):
    """Where nothing but the order of layers tells the picture, the plate says which one it took."""
    read_plate(layered(tmp_path / "a.exr", *layers))
    assert told in caplog.text and bool(caplog.text) == bool(told)


def test_luminance_and_chroma_are_refused(tmp_path):
    """They would be read as grey."""
    path = layered(tmp_path / "a.exr", "", parts=("Y", "RY", "BY"))
    with pytest.raises(PlateError, match=r"holds luminance and chroma, not colours; save it again with R"):
        read_plate(path)

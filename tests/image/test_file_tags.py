"""What a file says of itself where OpenImageIO does not."""

import struct

import pytest

from cmft_engine.image.file_tags import psd_lacks_its_picture
from cmft_engine.image.plate import read_plate
from cmft_engine.protocol.errors import PlateError


def psd(path, *resources):
    """Write a white PSD with image resources."""
    blocks = b"".join(b"8BIM" + struct.pack(">HHI", number, 0, len(data)) + data + bytes(len(data) % 2)
                      for number, data in resources)
    path.write_bytes(b"8BPS" + struct.pack(">H6xHIIHH", 1, 3, 4, 4, 8, 3) + struct.pack(">II", 0, len(blocks)) + blocks
                     + struct.pack(">IH", 0, 0) + b"\xff" * 48)
    return path


def test_a_psd_of_layers_alone_is_refused(tmp_path):
    """Saved without compatibility it holds a white sheet instead of its picture."""
    version = struct.pack(">I", 1), struct.pack(">I", 0) * 2 + struct.pack(">I", 1)
    for real in (0, 1):
        path = psd(tmp_path / f"{real}.psd", (4000, bytes(3)), (1057, bytes([real]).join(version)))
        assert psd_lacks_its_picture(path) == (not real)
    assert read_plate(path).rgb().min() == 1 and read_plate(psd(tmp_path / "old.psd")).rgb().min() == 1
    with pytest.raises(PlateError, match=r"holds layers alone.*; save it again with Maximize Compatibility"):
        read_plate(tmp_path / "0.psd")
    data = (tmp_path / "0.psd").read_bytes()
    for length in range(len(data)):
        (tmp_path / "cut.psd").write_bytes(data[:length])
        psd_lacks_its_picture(tmp_path / "cut.psd")

"""A look that takes its time finds what a look at once finds; later settings leave older digests alone."""

from cmft_engine.protocol.host import digests
from cmft_engine.protocol.settings import Settings


def test_a_little_at_a_time(tmp_path):
    """However short each look is, at its end the signature is that of one look, and a plate that is gone is told."""
    lines = [f"line {number}" for number in range(50)]
    plate = tmp_path / "c.png"
    plate.touch()
    for plates, is_gone in (([str(plate)], False), ([str(plate), str(tmp_path / "d.png")], True)):
        look, looks = digests.SlowLook(lines, plates), 1
        while not look.advance(0):
            looks += 1
        assert looks > 50 and (look.signature, look.is_gone) == (digests.signature_of(lines), is_gone)


def test_later_settings_leave_older_signatures():
    """At their default they are not told, so what was coloured before there were any stays ready."""
    values = Settings().to_dict()
    said = list(digests.setting_lines(values.get))
    assert not [line for line in said if line.startswith(("edges", "unknown"))]
    changed = list(digests.setting_lines(dict(values, edges="hard").get))
    assert set(changed) - set(said) == {"edges=hard"}

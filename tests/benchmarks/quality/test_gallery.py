from benchmarks.methods.method import Method
from benchmarks.methods.registry import METHODS, OURS, load_method
from benchmarks.quality import gallery as gallery_module
from benchmarks.quality.examine import score_methods
from benchmarks.quality.gallery import Gallery
from cmft_engine.protocol.errors import ShotError
from tests.benchmarks.fake_engine import face_clip


def test_seconds_are_of_every_drawing_coloured(engine, monkeypatch):
    """A method that colours the drawings between shares its time out among them too."""
    monkeypatch.setattr(gallery_module, "cpu_seconds", iter([0.0, 6.0, 6.0, 8.0]).__next__)
    gallery = Gallery(face_clip(0, 1, 5).pairs(), {3: face_clip(3).lines[3]})
    for name in (OURS, "copy"):
        gallery.pictures(name)
    assert gallery.seconds == {OURS: 2.0, "copy": 1.0}


def test_a_method_runs_once_a_clip(engine):
    """Whoever asks again gets the same picture, and the confidence plate costs no second run."""
    gallery = Gallery(face_clip(0, 1, 5).pairs())
    first = gallery.pictures(OURS)
    assert all(picture is again for picture, again in zip(first, gallery.pictures(OURS), strict=True))
    assert [(one.confidence.shape, one.picture.shape) for one in gallery.colored(OURS)] == 2 * [((96, 96), (96, 96, 3))]
    assert len(engine.shots) == 1
    assert gallery.has(OURS)
    assert not gallery.has("flow")


def test_a_refused_clip_is_white_paper_and_all_wrong(monkeypatch, engine):
    """The method is named, nothing of it is skipped, and its figures are those of a refusal."""
    refuse = Method("copy", "copy", lambda choices: refusing)
    monkeypatch.setitem(METHODS, "copy", refuse)
    load_method.cache_clear()
    gallery = Gallery(face_clip(0, 1, 5).pairs())
    assert all((picture == 255).all() for picture in gallery.pictures("copy"))
    assert gallery.refused == {"copy"}
    rows = score_methods("toon", gallery, ["copy", "flow"])
    assert [(row.method, row.refused) for row in rows] == [("copy", True)] * 2 + [("flow", False)] * 2
    assert all(row.score.foreground == row.score.region == row.score.mean_iou == 0 for row in rows[:2])
    load_method.cache_clear()


def refusing(shot):
    raise ShotError("too many colours")

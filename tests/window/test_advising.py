"""Which frame to paint next is kept current, and nobody waits for it."""

from tests.window.test_session import pin


def test_advice_follows_the_corrections(session, told):
    """The frame to paint next is another when that one is approved, and none is left when nothing is in doubt."""
    assert told.kinds().count("advice") == 1 and session.adviser.advice.frame in session.frames
    for _ in session.frames:
        if session.adviser.advice is None:
            break
        advised = session.adviser.advice.frame
        session.approve(advised)
        assert session.wait(60) and (session.adviser.advice is None or session.adviser.advice.frame != advised)
    assert session.adviser.advice is None and session.tracks == [] and len(session.corrections) > 2


def test_a_correction_does_not_wait_for_advice(session, monkeypatch):
    """One that comes while drawings are tried goes before; those tried are then of the shot with it."""
    tried = []

    def tries(graph, confidence):
        tried.append("begun")
        for number in range(4):
            tried.append(number)
            if tried == ["begun", 0, 1]:
                pin(session)
            yield session.frames[number], 0.5

    monkeypatch.setattr("cmft_engine.window.advising.tried_paintings", tries)
    pin(session, "skin")
    assert session.wait(60) and len(session.corrections) == 2
    assert tried == ["begun", 0, 1, "begun", 0, 1, 2, 3] and session.adviser.advice == (session.frames[3], 0.5)


def test_nobody_waits_for_advice_at_the_end(session, monkeypatch):
    """What is left to try is given up when the window is to be closed."""
    monkeypatch.setattr("cmft_engine.window.advising.tried_paintings", lambda graph, confidence: iter(
        lambda: (session.frames[0], 0.5), None))
    pin(session)
    session.wait_for_edits()
    assert len(session.corrections) == 1

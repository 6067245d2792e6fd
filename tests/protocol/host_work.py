"""Checks of what both hosts share around a run; `run_checks.py` runs them under every Python of a supported host."""

import json
import os
import sys
import threading
import types
from pathlib import Path
from unittest import mock

from host_side import InFolder

from cmft_engine.protocol import errors, events
from cmft_engine.protocol.host import command, digests, identity, outcome, progress, run, sequences, state
from cmft_engine.protocol.job import Job, JobReference, load_job
from cmft_engine.protocol.settings import Settings

REMEDIES = command.Remedies("set it up", "correct it")
WORDING = state.Wording("line and ref", "Open report")
FINISHED = events.Finished("", "", 3, 0, 0.1)


def frame(number):
    """Return the event of a coloured frame."""
    return events.FrameDone(number, "c.png", 2, 0, 1.0, 0.1)


class Command(InFolder):
    def refused(self, written, pythons=()):
        """Return the sentence with which a command is refused."""
        with mock.patch.dict(os.environ, {"PATH": str(self.folder)}), \
                self.assertRaises(command.EngineMissing) as caught:
            command.engine_command(written, pythons, REMEDIES)
        return str(caught.exception)

    def test_a_written_command_is_taken_as_it_is(self):
        """Its words are those of a shell, quotes taken off."""
        written = '"{}" -m cmft_engine'.format(sys.executable)
        self.assertEqual(command.engine_command(written, [], REMEDIES), [sys.executable, "-m", "cmft_engine"])

    def test_the_first_python_that_is_there_is_taken(self):
        """Without a written command the interpreters are tried in their order."""
        self.assertEqual(command.engine_command(" ", ["/nowhere/python", sys.executable, __file__], REMEDIES),
                         [sys.executable, "-m", "cmft_engine"])

    def test_cmft_on_the_path_is_the_last_resort(self):
        """Where no interpreter is there, a program cmft on PATH is taken."""
        program = self.folder / ("cmft.exe" if os.name == "nt" else "cmft")
        program.write_text("")
        program.chmod(0o755)
        with mock.patch.dict(os.environ, {"PATH": str(self.folder)}):
            found = command.engine_command("", ["/nowhere/python"], REMEDIES)
        self.assertEqual([os.path.normcase(path) for path in found], [os.path.normcase(str(program))])

    def test_no_engine_names_the_host_s_remedy(self):
        """Without any engine the sentence ends with what the host says."""
        self.assertEqual(self.refused("", ["/nowhere/python"]), "engine missing: set it up")

    def test_commands_that_are_none_are_named(self):
        """An open quote, no word, and a program that is not there are told apart."""
        self.assertEqual(self.refused("'/opt/cmft run"),
                         "engine missing: No closing quotation in '/opt/cmft run; correct it")
        self.assertEqual(self.refused('""'), 'engine missing: "" names no program; correct it')
        self.assertEqual(self.refused("cmft-of-nowhere x"),
                         "engine missing: there is no cmft-of-nowhere; correct it")

    def test_an_answer_keeps_its_streams_apart(self):
        """Exit code, stdout and stderr of a question come back, and what it says as a whole."""
        code = "import sys; print('one'); sys.stderr.write('two'); sys.exit(3)"
        answer = command.ask_engine([sys.executable, "-c", code], patience_s=60)
        self.assertEqual((answer, answer.said), ((3, "one", "two"), "one\ntwo"))
        self.assertEqual(command.Answer(0, "", "").said, "it says nothing")

    def test_a_question_that_cannot_be_asked_is_an_engine_error(self):
        """A program that is not there is told, with the remedy."""
        with self.assertRaisesRegex(errors.EngineError, "cannot be started .* correct the engine command"):
            command.ask_engine([str(self.folder / "nothing")], patience_s=60)


class Progress(InFolder):
    def test_sentences_and_number(self):
        """Frames are the host's; the time left is that of the frames that were coloured, not of those kept."""
        clock = iter([100.0, 110.0, 115.0])
        told = progress.Progress(4, shift=1000)
        self.assertEqual((told.percent, told.words), (0, "starting the engine"))
        with mock.patch.object(progress, "time", types.SimpleNamespace(monotonic=lambda: next(clock))):
            said = [told.note(event) and told.words for event in (
                events.Started(4, ""), events.Skipped(1001, ""), frame(1002), frame(1003),
                events.Message("warning", "odd"), events.Message("log", "noise"), frame(1004))]
        self.assertEqual(said, ["4 frames on its device", "frame 1, 1 of 4", "frame 2, 2 of 4, 20 s left",
                                "frame 3, 3 of 4, 8 s left", "odd", False, "frame 4, 4 of 4"])
        self.assertEqual((told.percent, told.fraction), (100, 1.0))

    def test_more_frames_than_were_asked_for(self):
        """The number never goes beyond the end."""
        told = progress.Progress(0)
        for number in (1, 2):
            told.note(frame(number))
        self.assertEqual((told.percent, told.fraction), (100, 1.0))


class Sequences(InFolder):
    def test_paths(self):
        """Hashes and printf's way give the same file; a name without a token is one file; the shift is added."""
        for pattern, number, path in (("a.####.exr", 7, "a.0007.exr"), ("a.%04d.exr", 7, "a.0007.exr"),
                                      ("a.%d.exr", 12345, "a.12345.exr"), ("a.exr", 7, "a.exr"),
                                      ("#/a%03d.exr", -5, "#/a-005.exr"), ("a1_##.b.##.exr", 3, "a1_##.b.03.exr"),
                                      ("#01_a%04d.exr", 3, "#01_a0003.exr"), ("100%done_##.exr", 3, "100%done_03.exr"),
                                      ("####_v#.exr", 3, "0003_v#.exr")):
            self.assertEqual(sequences.plate_path(pattern, number), path)
        self.assertEqual(sequences.Plates("a.####.exr", 1000).path(1), "a.1001.exr")

    def test_numbers_on_disk(self):
        """Only files that the pattern gives count, negative ones in either way; sorted."""
        for name in ("a.0001.exr", "a.10000.exr", "a.-0005.exr", "a.-007.exr", "a.1.exr", "a.01000.exr", "a.exr",
                     "a.0002.png", "b.0003.exr", "a.x.exr"):
            (self.folder / name).touch()
        for token in ("####", "%04d"):
            pattern = (self.folder / "a.{}.exr".format(token)).as_posix()
            self.assertEqual(sequences.numbers_on_disk(pattern), (-7, -5, 1, 10000))
            self.assertEqual(sequences.existing(pattern, range(-8, 3)), (-7, -5, 1))
        self.assertEqual(sequences.numbers_on_disk("/nowhere/a.####.exr"), ())

    def test_the_number_in_a_name(self):
        """The last number counts; a minus belongs to it after a separator only."""
        for path, number in (("/1/a.0012.exr", 12), ("a.-5.exr", -5), ("a-5.exr", 5), ("2k_v3.exr", 3),
                             ("a.exr", None)):
            self.assertEqual(sequences.number_in_name(path), number)

    def test_the_pattern_of_a_file(self):
        """The last number of the name becomes hashes; without a number there is no sequence."""
        for path, pattern in (("/s/v2.0012_x.exr", "/s/v2.####_x.exr"), ("C:\\s\\a7.png", "C:/s/a#.png"),
                              ("/s/a.exr", None), ("/#/a1.exr", None), ("/s/####_v1.exr", None),
                              ("/s/#1_a0001.png", "/s/#1_a####.png")):
            self.assertEqual(sequences.pattern_of_file(path), pattern)


class Digests(InFolder):
    def test_stamps_and_contents(self):
        """A stamp changes with size and time, a digest with contents, order and texts; a missing file is no error."""
        path, other = (str(self.folder / name) for name in ("a", "b"))
        seen = [digests.stamp(path), digests.content_digest([path, other], ["x"])]
        for content in (b"", b"12"):
            Path(path).write_bytes(content)
            seen += [digests.stamp(path), digests.content_digest([path, other], ["x"])]
        seen += [digests.content_digest([other, path], ["x"]), digests.content_digest([path, other], ["x", ""])]
        self.assertEqual(seen[0], "missing")
        self.assertEqual(seen[1], seen[3])  # an empty file counts as one that is not there
        self.assertEqual(len(set(seen)), len(seen) - 1)

    def test_a_long_sequence_is_looked_at_here_and_there(self):
        """No more files than a limit are looked at, spread over the sequence."""
        with mock.patch.object(digests, "stamp", lambda path: path), mock.patch.object(digests, "MAX_FILES", 3):
            self.assertEqual(digests.sequence_stamps("#", range(7)), ("0", "3", "6"))

    def test_a_signature_depends_on_the_order_of_lines(self):
        """Lines are not run together."""
        found = {digests.signature_of(lines) for lines in (["a", "b"], ["b", "a"], ["ab"], ["a", "b", ""])}
        self.assertEqual(len(found), 4)

    def test_recent_answers(self):
        """A young answer is kept for its key; an old one, and each after `forget`, is asked for anew."""
        clock, asked = [0.0], []
        recent = digests.Recent(5.0)
        with mock.patch.object(digests, "time", types.SimpleNamespace(monotonic=lambda: clock[0])):
            def ask():
                asked.append(clock[0])
                return len(asked)

            found = [recent.get("a", ask)]
            for clock[0], key in ((5.0, "a"), (5.0, "b"), (5.1, "a")):
                found.append(recent.get(key, ask))
            recent.forget()
            found.append(recent.get("a", ask))
        self.assertEqual(found, [1, 1, 2, 3, 4])


class State(InFolder):
    def test_states(self):
        """Ready takes all frames asked for, and one signature on the node, beside the plates and of the inputs."""
        shown, whole = state.Shown("c.####.exr", 1, 3, "s"), (1, 2, 3)
        for on_disk, now, expected in (((whole, "s"), "s", state.READY), ((whole, ""), "s", state.READY),
                                       ((whole, "t"), "s", state.STALE), ((whole, "t"), "t", state.STALE),
                                       ((whole, "s"), "t", state.STALE), (((), "s"), "s", state.NOT_COLOURED),
                                       (((1, 3), "s"), "s", state.INCOMPLETE), (((1, 3), "s"), "t", state.STALE)):
            self.assertEqual(state.state_of(shown, state.OnDisk(*on_disk), lambda: (1, 2, 3), lambda now=now: now),
                             expected)
        nothing = shown._replace(first=0, last=-1)
        self.assertEqual(state.state_of(nothing, state.OnDisk(whole, "s"), self.fail, self.fail), state.NOT_COLOURED)

    def test_what_is_stored(self):
        """A run's note goes first and says when it is stale; a missing engine stays; else only a change is told."""
        for true, before, note, expected in (
            (state.READY, (state.READY, "x"), "", (state.READY, "x")),
            (state.STALE, (state.READY, "x"), "", (state.STALE, "sentence")),
            (state.STALE, (state.READY, "x"), "note", (state.STALE, "note (stale: press Colorize)")),
            (state.NOT_COLOURED, (state.ENGINE_MISSING, "x"), "", (state.ENGINE_MISSING, "x")),
            (state.NOT_COLOURED, (state.ENGINE_MISSING, "x"), "note", (state.NOT_COLOURED, "note")),
        ):
            self.assertEqual(state.to_store(true, state.Stored(*before), note, "sentence"), expected)

    def test_sentences(self):
        """Each state has its sentence; plates that are gone are named by their folder."""
        shown, none = state.Shown("/p/c.####.exr", 1, 3, "s"), state.Shown("", 0, -1, "")
        def said(true, shows=shown):
            return state.sentence_of(true, shows, WORDING, state.OnDisk((), "s"), (1, 2, 3))

        self.assertEqual(said(state.READY), "1-3 coloured")
        self.assertEqual(said(state.STALE), state.STALE_TEXT)
        self.assertIn("the plates are gone", said(state.NOT_COLOURED))
        self.assertEqual(said(state.NOT_COLOURED, none), "not coloured yet: connect line and ref, press Colorize")


class Outcomes(InFolder):
    def test_sentences(self):
        """How a run ended is said in one sentence, with the first warning."""
        said = outcome.outcome_sentence
        self.assertEqual(said(outcome.Outcome((1, 2), FINISHED, None, ("odd", "odder")), (1, 2, 4), WORDING),
                         "1-2 4 coloured; no region to check; odd")
        self.assertEqual(said(outcome.Outcome((1,), FINISHED._replace(unsure=2)), (1,), WORDING),
                         "1 coloured; 2 regions to check, see Open report")
        self.assertEqual(said(outcome.Outcome((1,), error=errors.Cancelled("x")), (1, 2), WORDING),
                         "cancelled: 1 of 2 frames done; press Colorize to go on")
        self.assertEqual(said(outcome.Outcome(error=errors.InputError("bad")), (1,), WORDING), "bad")

    def shown_after(self, result, on_disk, *, wanted=(1, 2, 3), shown="", shift=0):
        """Return first frame, last frame and signature that a node shows after a run, None when it keeps the old."""
        for number in on_disk:
            (self.folder / "c.{:04d}.exr".format(number)).touch()
        plates = sequences.Plates((self.folder / "c.####.exr").as_posix(), shift)
        found = outcome.result_to_show(result, plates, wanted, signature="new",
                                       shown=state.Shown(shown, 1, 3, "old"))
        return found and (found.first, found.last, found.signature)

    def test_a_whole_run(self):
        """The node shows its range; plates beyond it that are on disk are not shown; frames are the host's.

        The record names the plates by their own numbers.
        """
        self.assertEqual(self.shown_after(outcome.Outcome((1, 2, 3), FINISHED), range(1000, 1006), shift=1000),
                         (1, 3, "new"))

    def test_a_part_keeps_the_older_signature(self):
        """After a run over a part the plates beside it are as old as before; after one over all they are new."""
        self.assertEqual(self.shown_after(outcome.Outcome((1, 2, 3), FINISHED), (1, 2, 3)), (1, 3, "new"))
        (self.folder / "node.json").write_text(json.dumps({"signature": "older"}))
        self.assertEqual(self.shown_after(outcome.Outcome((2,), FINISHED), ()), (1, 3, "older"))
        self.assertEqual(json.loads((self.folder / "node.json").read_text()), {"signature": "older", "frames": "1 3"})
        self.assertEqual(self.shown_after(outcome.Outcome((1, 2, 3), FINISHED), ()), (1, 3, "new"))

    def test_a_cancelled_run(self):
        """What is finished is shown where nothing was, or the same place; another result stays, and so does all
        where nothing was done."""
        ended = outcome.Outcome((1,), error=errors.Cancelled("x"))
        self.assertEqual(self.shown_after(ended, (1,)), (1, 3, "new"))
        self.assertEqual(self.shown_after(ended, (), shown=(self.folder / "c.####.exr").as_posix()), (1, 3, "new"))
        self.assertIsNone(self.shown_after(ended, (), shown="/other/c.####.exr"))
        self.assertIsNone(self.shown_after(ended._replace(done=()), ()))


class Identities(InFolder):
    def test_who_is_who(self):
        """A new node and a copy get an identity, a renamed node and the original of a copy keep theirs."""
        for uid, owner, has_twin, keeps in (("", "", False, False), ("a", "A", False, True), ("a", "B", False, True),
                                            ("a", "A", True, True), ("a", "B", True, False)):
            found = identity.identity(uid, owner=owner, name="A", has_twin=has_twin)
            self.assertEqual((found == uid, bool(found)), (keeps, True))

    def test_where_results_lie(self):
        """A set folder goes first, relative to the file; then beside the file; then below the user's home."""
        with mock.patch.dict(os.environ, {"CMFT_HOME": "/opt"}):
            for given, document, folder in (("/c", "/s/a.nk", "/c"), ("c", "/s/a.nk", "/s/c"), ("c", "", "c"),
                                            ("", "/s/a.nk", "/s/cmft"), ("", "", "/opt/nuke")):
                self.assertEqual(identity.cache_folder(given, document, "nuke"), Path(folder))


class Client:
    """Stands in for EngineClient: gives events, or acts as one whose `run` forgets an earlier cancel."""

    def __init__(self, *told, forgets=False):
        self.told, self.forgets, self.runs = told, forgets, 0
        self.log_text = "log"
        self.cancelled, self.began = threading.Event(), threading.Event()

    def cancel(self):
        """Note it."""
        self.cancelled.set()

    def run(self, job, only=None):
        """Give the events; an error among them is raised."""
        self.runs += 1
        self.began.set()
        if self.forgets:
            self.cancelled.wait(30)
            self.cancelled.clear()
            if self.cancelled.wait(30):
                raise errors.Cancelled("cancelled; heard")
        for event in self.told:
            if isinstance(event, Exception):
                raise event
            yield event


class Runs(InFolder):
    def engine_run(self, *told, **more):
        """Return a run whose engine is the stand-in, and that."""
        client = Client(*told, **more)
        with mock.patch.object(run, "EngineClient", lambda command: client):
            return run.EngineRun(["engine"], frames=3, shift=1000), client

    def test_what_comes_of_a_run(self):
        """Finished frames are the host's, kept ones count, warnings are kept, and each news is shown."""
        started, shown = self.engine_run(events.Started(2, "cpu"), frame(1002), events.Message("warning", "odd"),
                                         events.Skipped(1001, ""), FINISHED)[0], []
        found = started.follow(self.folder, lambda told: shown.append(told.words))
        self.assertEqual(found, outcome.Outcome((1, 2), FINISHED, None, ("odd",)))
        self.assertEqual(len(shown), 4)

    def test_an_error_ends_a_run(self):
        """The engine's error is in the outcome, beside what is finished; nothing is raised."""
        error = errors.PlateError("bad")
        found = self.engine_run(frame(1001), error)[0].follow(self.folder, lambda told: None)
        self.assertEqual(found, outcome.Outcome((1,), None, error))

    def test_a_frame_that_failed_is_no_finished_one(self):
        """It is a step of the progress and a warning; it is not among the finished, and the error at the end counts."""
        error, shown = errors.PlateError("1 of 2 frames cannot be coloured"), []
        told = (events.Started(2, "cpu"), events.FrameFailed(1001, "l.png", "l.png is empty"), frame(1002), error)
        started = self.engine_run(*told)[0]
        found = started.follow(self.folder, lambda told: shown.append((told.done, told.words)))
        self.assertEqual(found, outcome.Outcome((2,), None, error, ("l.png is empty",)))
        self.assertEqual(shown[1], (1, "l.png is empty"))

    def test_a_silent_end_is_no_good_run(self):
        """An engine's client that ends without a result or an error is told as a bug, not as success."""
        found = self.engine_run(frame(1001))[0].follow(self.folder, lambda told: None)
        self.assertIsInstance(found.error, errors.EngineError)

    def test_cancel_before_the_start_starts_nothing(self):
        """A run that is cancelled first never starts the engine, by the button or by the host's own window."""
        for wants_cancel in (False, True):
            early, client = self.engine_run(FINISHED)
            if not wants_cancel:
                early.cancel()
            found = early.follow(self.folder, self.fail, lambda wants=wants_cancel: wants)
            self.assertIsInstance(found.error, errors.Cancelled)
            self.assertEqual(client.runs, 0)

    def test_cancel_while_the_engine_starts_is_not_lost(self):
        """A cancel that the client forgets, as it begins a run, is said to it again."""
        starting, client = self.engine_run(FINISHED, forgets=True)
        threading.Thread(target=lambda: client.began.wait(30) and starting.cancel(), daemon=True).start()
        found = starting.follow(self.folder, lambda told: None)
        self.assertEqual(str(found.error), "cancelled; heard")
        self.assertTrue(starting.is_stopping)

    def test_the_log_is_kept(self):
        """The engine's last words and how the run ended stand beside the plates."""
        self.engine_run()[0].keep_log(self.folder, "cancelled")
        self.assertEqual((self.folder / run.LOG).read_text(), "log\ncancelled\n")

    def test_a_log_that_cannot_be_written_is_a_warning(self):
        """What stands in the way is named, and nothing is raised."""
        (self.folder / run.LOG).mkdir()
        with self.assertLogs("cmft_engine.protocol.host.run", "WARNING") as said:
            self.engine_run()[0].keep_log(self.folder, "done")
        self.assertIn(str(self.folder / run.LOG), said.output[0])

    def test_a_look_has_one_folder(self):
        """Settings, references, palette and what the host adds name the folder; lines and frames do not."""
        (self.folder / "r.png").write_bytes(b"painted")
        job = Job("l.####.png", (JobReference(str(self.folder / "r.png"), 1),), "c.####.exr", "1-3")
        placed = run.place_job(job, self.folder)
        folder = Path(placed.out).parent
        self.assertEqual(load_job(folder / run.JOB).out, placed.out)
        self.assertTrue(placed.resume)
        same = run.place_job(job._replace(lines="m.####.png", frames="2"), self.folder)
        self.assertEqual(same.out, placed.out)
        others = [job._replace(settings=Settings(gap_px=9)), job._replace(references=()),
                  job._replace(references=(JobReference(str(self.folder / "r.png"), 2),)),
                  job._replace(palette=str(self.folder / "r.png"))]
        folders = [Path(run.place_job(other, self.folder).out).parent for other in others]
        folders.append(Path(run.place_job(job, self.folder, ["left"]).out).parent)
        self.assertEqual(len({folder, *folders}), 6)

    def test_the_runs_of_a_session(self):
        """A node has one run at a time; its last one is known until it is forgotten or the next begins."""
        runs = run.Runs()
        runs.begin("a", 1)
        with self.assertRaisesRegex(errors.InputError, "CMFT1 is being coloured; wait, or press Cancel first"):
            runs.refuse_second("a", "CMFT1")
        self.assertEqual((runs.running("a"), runs.ended("a"), runs.all()), (1, None, (1,)))
        runs.end("a")
        self.assertEqual((runs.running("a"), runs.ended("a"), runs.all()), (None, 1, ()))
        runs.refuse_second("a", "CMFT1")
        runs.begin("a", 2)
        self.assertIsNone(runs.ended("a"))
        runs.end("a")
        runs.forget("a")
        self.assertIsNone(runs.ended("a"))

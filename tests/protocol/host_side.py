"""Checks of events, jobs, settings and client; `run_checks.py` runs them under every Python of a supported host."""

import json
import os
import signal
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path
from unittest import mock

from cmft_engine.protocol import client as client_module
from cmft_engine.protocol import errors, events, job
from cmft_engine.protocol.client import EngineClient, clean_environment, engine_arguments, no_program
from cmft_engine.protocol.settings import Settings
from cmft_engine.protocol.text_file import write_text

HERE = Path(__file__).resolve().parent
ENGINE = [sys.executable, str(HERE / "fake_engine.py")]


class InFolder(unittest.TestCase):
    """Gives each test a folder of its own."""

    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name)

    def scenario(self, name):
        """Write the job that makes the fake engine act out a scenario."""
        path = self.folder / "job.json"
        path.write_text(json.dumps({"scenario": name}), encoding="utf-8")
        return path


class EventLines(unittest.TestCase):
    def test_every_event_survives_the_line(self):
        """An event written by the engine reads back as the same event, on one line of plain ASCII."""
        for event in (
            events.Started(24, "cpu", "0.1.0"),
            events.FrameDone(-3, "plates/caf\xe9.png", 12, 2, 0.5, 1.25, held_from=-4),
            events.Skipped(7, "a.png"),
            events.FrameFailed(7, "a.png", "a.png is empty"),
            events.Message("warning", "two\nlines"),
            events.Finished("report.json", "report.html", 24, 3, 30.0),
            events.Failed("PlateError", "no", "a.png", 7, 2),
        ):
            line = events.to_line(event)
            self.assertNotIn("\n", line)
            line.encode("ascii")
            self.assertEqual(events.from_line(line), event)
            self.assertIs(type(events.from_line(line)), type(event))

    def test_unknown_fields_are_passed_over(self):
        """A later engine may add a field; an earlier host still reads the event."""
        line = json.dumps({"event": "skipped", "version": 1, "frame": 7, "path": "a.png", "mood": "good"})
        self.assertEqual(events.from_line(line), events.Skipped(7, "a.png"))

    def test_what_is_no_event_is_refused(self):
        """Other text, other JSON, a missing field and a field of another type raise ValueError."""
        good = {"event": "skipped", "version": 1, "frame": 7, "path": "a.png"}
        for bad in ("hello", "7", "[]", "{}", "[" * 100000, '{"event": ["skipped"], "version": 1}',
                    json.dumps(dict(good, event="weather")),
                    json.dumps(dict(good, frame="7")), json.dumps(dict(good, frame=True)),
                    json.dumps({"event": "skipped", "version": 1, "frame": 7})):
            with self.assertRaises(ValueError, msg=bad):
                events.from_line(bad)

    def test_another_version_is_named(self):
        """Events of another version say which versions do not fit together."""
        with self.assertRaisesRegex(errors.EngineError, "version 2 .*version 1"):
            events.from_line('{"event": "started", "version": 2, "frames": 1}')

    def test_errors_cross_the_border(self):
        """An error described as Failed comes back as the same class with the same sentence and fields."""
        for error in (errors.PlateError("a.png is empty", "a.png", 7), errors.ShotError("no reference"),
                      errors.SettingsError("gap_px", 99, "0 to 64"), errors.WeightsError("damaged"),
                      errors.DeviceError("out of memory"), errors.Cancelled("stopped")):
            back = events.error_from(events.failed_from(error))
            self.assertIs(type(back), type(error))
            self.assertEqual(str(back), str(error))
            self.assertEqual(back.exit_code, error.exit_code)
            for name in ("path", "frame", "field"):
                self.assertEqual(getattr(back, name, None), getattr(error, name, None))

    def test_a_bug_becomes_an_engine_error(self):
        """An exception that nobody meant keeps its name and message."""
        self.assertEqual(str(events.error_from(events.failed_from(KeyError("x")))), "KeyError: 'x'")


class Jobs(InFolder):
    JOB = job.Job(
        lines="plates/lines.####.png",
        references=(job.JobReference("ref.png", 1), job.JobReference("sheet.png", None, "sheet_lines.png")),
        out="out/c.####.exr",
        frames="1-48x2",
        palette="p.json",
        settings=Settings(gap_px=9, mode="paint"),
        resume=True,
    )

    def test_saved_job_loads_alike_with_absolute_paths(self):
        """A job comes back as it was saved, its paths absolute, wherever the reader stands."""
        path = self.folder / "jobs" / "job.json"
        job.save_job(self.JOB, path)
        loaded = job.load_job(path)
        self.assertEqual(loaded._replace(lines="", references=(), out="", palette=None),
                         self.JOB._replace(lines="", references=(), out="", palette=None))
        self.assertEqual(loaded.lines, os.path.abspath("plates/lines.####.png"))
        self.assertEqual(loaded.references[1].lines, os.path.abspath("sheet_lines.png"))
        self.assertEqual([p.name for p in path.parent.iterdir()], ["job.json"])

    def test_relative_paths_start_at_the_job(self):
        """A relative path in a job file is taken from the job file's folder."""
        path = self.folder / "job.json"
        path.write_text(json.dumps({"version": 1, "lines": "l.####.png", "references": [{"path": "r.png"}],
                                    "out": "c.####.png"}), encoding="utf-8")
        loaded = job.load_job(path)
        self.assertEqual(loaded.lines, str(self.folder / "l.####.png"))
        self.assertEqual(loaded.references, (job.JobReference(str(self.folder / "r.png")),))
        self.assertEqual(loaded.settings, Settings())

    def test_any_program_may_save_a_job(self):
        """Windows adds a byte order mark or writes UTF-16, and ends lines in its own way."""
        text = json.dumps({"version": 1, "lines": u"\u7dda.####.png", "references": [{"path": "r.png"}],
                           "out": "c.####.png"}, ensure_ascii=False, indent=1).replace("\n", "\r\n")
        for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-32"):
            (self.folder / "job.json").write_bytes(text.encode(encoding))
            self.assertEqual(job.load_job(self.folder / "job.json").lines, str(self.folder / u"\u7dda.####.png"))

    def test_any_name_is_written(self):
        """A text file's name may have as many bytes as a file system takes, in letters of three bytes."""
        name = u"\u7dda" * 83 + ".jsonx"
        write_text(self.folder / name, u"a\udc80\n")
        self.assertEqual((self.folder / name).read_bytes(), b"a?\n")
        self.assertEqual([path.name for path in self.folder.iterdir()], [name])

    def test_mistakes_name_their_field(self):
        """A wrong, missing or unknown field is named with what is allowed."""
        good = json.loads(json.dumps(job.to_dict(self.JOB)))
        for change, field in (
            ({"version": 2}, "version"), ({"lines": 7}, "lines"), ({"out": None}, "out"), ({"out": ""}, "out"),
            ({"references": "r.png"}, "references"), ({"references": ["r.png"]}, r"references\[0\]"),
            ({"references": [{"path": "r.png", "frame": "1"}]}, r"references\[0\]\.frame"),
            ({"references": [{"path": "r.png", "framme": 1}]}, r"references\[0\]\.framme"),
            ({"frames": "1-"}, "frames"), ({"resume": 1}, "resume"), ({"overwrite": True}, "resume"),
            ({"settings": {"gap_px": 999}}, "gap_px"), ({"settings": {"glow": 1}}, "glow"), ({"lnies": "a"}, "lnies"),
        ):
            with self.assertRaisesRegex(errors.SettingsError, "^" + field + ":", msg=str(change)):
                job.from_dict(dict(good, **change))

    def test_old_names_of_settings(self):
        """An old name is read, tells the new one in the log, and is refused beside it."""
        for read in (Settings.from_dict, lambda values: Settings(**values),
                     lambda values: Settings(gap_px=2).replace(**values)):
            with self.assertLogs("cmft_engine.protocol.settings", "WARNING") as said:
                self.assertEqual(read({"around": 3}).temporal_radius, 3)
            self.assertEqual([record.getMessage() for record in said.records],
                             ["the setting around is now called temporal_radius; write the new name"])
            for both in ({"around": 3, "temporal_radius": 2}, {"temporal_radius": 2, "around": 3}):
                with self.assertRaisesRegex(errors.SettingsError, "either temporal_radius or its old name around"):
                    read(both)

    def test_mistakes_say_what_is_allowed(self):
        """A required field is told without "or null", one that may be left out with it."""
        good = json.loads(json.dumps(job.to_dict(self.JOB)))
        for field, value, allowed in (("lines", 7, "a text"), ("palette", 7, "a text or null"),
                                      ("settings", 7, "an object or null"), ("resume", 1, "true or false or null")):
            with self.assertRaises(errors.SettingsError) as caught:
                job.from_dict(dict(good, **{field: value}))
            self.assertEqual(caught.exception.allowed, allowed)

    def test_unreadable_job_says_why(self):
        """A job file that is missing or no JSON is an InputError that names the file."""
        with self.assertRaisesRegex(errors.InputError, "nothere.json"):
            job.load_job(self.folder / "nothere.json")
        for text in ("{", "[" * 100000):
            (self.folder / "broken.json").write_text(text, encoding="utf-8")
            with self.assertRaisesRegex(errors.InputError, "broken.json.*not JSON"):
                job.load_job(self.folder / "broken.json")

    def test_frames(self):
        """Frame texts give sorted frames, each once; steps, lists and negative numbers work."""
        for text, frames in (("5", (5,)), ("1-4", (1, 2, 3, 4)), ("1-10x3", (1, 4, 7, 10)), ("9,1 5,1", (1, 5, 9)),
                             ("-5--3", (-5, -4, -3)), ("-1-1", (-1, 0, 1)), ("-7", (-7,)), ("0010", (10,))):
            self.assertEqual(job.parse_frames(text), frames, text)

    def test_frames_as_text(self):
        """Frames come back from their own text, whatever their order; runs are joined."""
        self.assertEqual(job.frames_text([9, 1, 2, 3, 3]), "1-3 9")
        self.assertEqual(job.frames_text([]), "")
        for frames in ((-5, -4, 0), (7,), (1, 3, 4)):
            self.assertEqual(job.parse_frames(job.frames_text(frames[::-1])), frames)

    def test_wrong_frames(self):
        """A text that is no list of frames is refused, and so is one that would fill the memory."""
        for text in ("", ",", "a", "1-", "4-1", "1-4x0", "1..4", "1-4x-1", "1-999999999999"):
            with self.assertRaises(errors.SettingsError, msg=text):
                job.parse_frames(text)


class Client(InFolder):
    def run_scenario(self, name, command=ENGINE):
        """Return all events of a scenario."""
        return list(EngineClient(command).run(self.scenario(name)))

    def test_good_run(self):
        """Events arrive in order, from the first to Finished."""
        seen = self.run_scenario("good")
        self.assertEqual([type(event).__name__ for event in seen],
                         ["Started", "FrameDone", "FrameDone", "FrameDone", "Finished"])
        self.assertEqual(seen[3].frame, 3)

    def test_noise_is_harmless(self):
        """Prints of a library become log messages; a flood on stderr neither blocks nor gets lost at its end."""
        client = EngineClient(ENGINE)
        seen = list(client.run(self.scenario("noise")))
        self.assertEqual([event.text for event in seen if isinstance(event, events.Message)],
                         ["a library says hello", '{"event": "weather", "version": 1}'])
        self.assertIsInstance(seen[-1], events.Finished)
        self.assertEqual(len(client.log_text.splitlines()), client_module.LOG_LINES)

    def test_failed_run_raises_the_engines_error(self):
        """The class, sentence, file and frame of the engine's error arrive; an unknown class is an EngineError."""
        with self.assertRaisesRegex(errors.PlateError, "render it again") as caught:
            self.run_scenario("plate")
        self.assertEqual((caught.exception.path, caught.exception.frame), ("a.0007.png", 7))
        with self.assertRaises(errors.SettingsError) as caught:
            self.run_scenario("settings")
        self.assertEqual(caught.exception.field, "gap_px")
        with self.assertRaisesRegex(errors.EngineError, "decoherence"):
            self.run_scenario("future")

    def test_crash_shows_the_log(self):
        """An engine that dies gives an EngineError with its exit code and the end of its log."""
        with self.assertRaisesRegex(errors.EngineError, "139(.|\n)*Segmentation fault"):
            self.run_scenario("crash")

    def test_silence_is_a_failure(self):
        """Exit code 0 without Finished is not taken for success, and neither is another version's run."""
        with self.assertRaisesRegex(errors.EngineError, "without a result"):
            self.run_scenario("silent")
        with self.assertRaisesRegex(errors.EngineError, "version 2"):
            self.run_scenario("newer")

    def test_missing_engine(self):
        """A command that is not there is an InputError that names it, and the client can be used again."""
        client = EngineClient([str(self.folder / "no-such-engine")])
        for _ in range(2):
            with self.assertRaisesRegex(errors.InputError, "no-such-engine.*engine command"):
                next(client.run(self.scenario("good")))
        with self.assertRaises(errors.InputError):
            EngineClient([])

    def cancel_after_a_word(self, scenario):
        """Cancel from another thread after the first event; return that and how the process ended."""
        client = EngineClient(ENGINE)
        run = client.run(self.scenario(scenario))
        first, process = next(run), client._process
        thread = threading.Thread(target=client.cancel)
        thread.start()
        with self.assertRaises(errors.Cancelled):
            next(run)
        thread.join()
        return first, process.returncode

    @unittest.skipIf(os.name == "nt", "Windows has no such signals")
    def test_cancel_a_hanging_engine(self):
        """An engine that listens to the first signal gets no harder one."""
        with mock.patch.object(client_module, "INTERRUPT_S", 30.0):
            self.assertNotIn(self.cancel_after_a_word("hang")[1], (-signal.SIGTERM, -signal.SIGKILL))

    @unittest.skipIf(os.name == "nt", "Windows has no such signals")
    def test_cancel_a_stubborn_engine(self):
        """An engine that ignores signals is killed after less than a second of patience, and so is its child."""
        first, code = self.cancel_after_a_word("stubborn")
        self.assertEqual(code, -signal.SIGKILL)
        self.assertLess(client_module.INTERRUPT_S + client_module.TERMINATE_S, 1)
        while is_running(int(first.text)):
            time.sleep(0.01)

    def test_closing_the_iterator_stops_the_engine(self):
        """A host that stops listening leaves no engine behind, and can start the next run at once."""
        client = EngineClient(ENGINE)
        run = client.run(self.scenario("hang"))
        next(run)
        process = client._process
        run.close()
        self.assertIsNotNone(process.returncode)
        self.assertIsInstance(list(client.run(self.scenario("good")))[-1], events.Finished)

    def test_one_run_at_a_time(self):
        """A second run while the first goes on is refused, and does not disturb the first."""
        client = EngineClient(ENGINE)
        first = client.run(self.scenario("hang"))
        next(first)
        with self.assertRaisesRegex(errors.EngineError, "already running"):
            next(client.run(self.scenario("good")))
        self.assertIsNone(client._process.poll())
        first.close()

    def test_cancel_before_the_start(self):
        """A cancel between run() and the first event is kept; one with no run at all is forgotten."""
        client = EngineClient(ENGINE)
        client.cancel()
        run = client.run(self.scenario("good"))
        client.cancel()
        with self.assertRaises(errors.Cancelled):
            next(run)
        self.assertEqual(len(list(client.run(self.scenario("good")))), 5)

    def test_lingering_engine_is_ended(self):
        """After Finished the result counts, even when the process does not end by itself."""
        patience = client_module.EXIT_S
        client_module.EXIT_S = 0.2
        try:
            self.assertIsInstance(self.run_scenario("lingering")[-1], events.Finished)
        finally:
            client_module.EXIT_S = patience

    def test_the_engine_starts_clean(self):
        """Nothing of the host's Python, libraries or Qt reaches the engine; the rest does; Python runs isolated."""
        dirt = {"PYTHONPATH": "/host", "PYTHONSTARTUP": "/host/start.py", "QT_PLUGIN_PATH": "/host", "NUKE_PATH": "/n"}
        os.environ.update(dirt, OCIO="studio.ocio")
        self.addCleanup(lambda: [os.environ.pop(name) for name in [*dirt, "OCIO"]])
        told = json.loads(self.run_scenario("environment")[0].text)
        self.assertFalse(set(dirt) & set(told["environment"]))
        self.assertEqual(told["environment"]["OCIO"], "studio.ocio")
        self.assertEqual(told["isolated"], 1)
        self.assertEqual(told["arguments"], ["colorize", "--job", str(self.folder / "job.json"), "--events"])


class Command(InFolder):
    def test_libraries_of_the_host_are_dropped(self):
        """Variables that change what a process loads are dropped by name or beginning."""
        dirty = {"LD_PRELOAD": "x", "LD_LIBRARY_PATH": "x", "DYLD_INSERT_LIBRARIES": "x", "PYTHONHOME": "x",
                 "PYTHONUSERBASE": "x", "__PYVENV_LAUNCHER__": "x"}
        self.assertEqual(clean_environment(dict(dirty, PATH="/bin")), {"PATH": "/bin"})

    def test_only_a_python_is_isolated(self):
        """-I goes to a Python, once; other commands stay as they are."""
        tail = ["colorize", "--job", "j", "--events"]
        for command, expected in (
            (["/a/.venv/bin/python", "-m", "cmft_engine"], ["/a/.venv/bin/python", "-I", "-m", "cmft_engine"]),
            (["C:\\a\\Scripts\\python.exe", "-m", "x"], ["C:\\a\\Scripts\\python.exe", "-I", "-m", "x"]),
            (["python3.11", "-I", "e.py"], ["python3.11", "-I", "e.py"]),
            (["ssh", "host", "cmft"], ["ssh", "host", "cmft"]),
            ([Path("/a/cmft")], [os.path.join("/a", "cmft")]),
        ):
            self.assertEqual(engine_arguments(command, "j"), expected + tail)
            self.assertEqual(engine_arguments(command, "j", "-5 7"), expected + tail + ["--only=-5 7"])

    def test_missing_quotes_are_seen(self):
        """A command that falls apart at the spaces of a path is told so."""
        program = self.folder / "my tools" / "python"
        program.parent.mkdir()
        program.write_text("")
        written = "{} -m cmft_engine".format(program)
        said = no_program(written.split())
        self.assertIn("there is no {}, for".format(str(program).split()[0]), said)
        self.assertTrue(said.endswith('needs quotes: "{}"'.format(program)), said)
        self.assertEqual(no_program(["/nowhere/python", "-m", "x"]), "there is no /nowhere/python")


def is_running(pid):
    """Return whether a process exists and is no zombie (a container may have nobody to collect orphans)."""
    try:
        state = Path("/proc/{}/stat".format(pid)).read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"

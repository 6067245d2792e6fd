"""Checks of the engine that stays, from the host's side; `run_checks.py` runs them under every host's Python."""

import json
import os
import threading
import time
from unittest import mock

from host_side import ENGINE, InFolder, is_running

from cmft_engine.protocol import errors, events, requests, warm
from cmft_engine.protocol.client import EngineClient
from cmft_engine.protocol.host import run


class Requests(InFolder):
    def test_every_request_survives_the_line(self):
        """A request comes back from its line as it was; a job may be a path or values."""
        for request in (requests.Colorize("1", "job.json"), requests.Colorize("é", {"version": 1}, "1-3", -5, "cancel"),
                        requests.Pin("2", "out", -5, 3.5, 0.25, "skin 2"), requests.Undo("3", "out"),
                        requests.Undo("3", "out", 4, "cancel"), requests.Cancel("1"), requests.Cancel(),
                        requests.Quit()):
            line = requests.request_line(request)
            self.assertEqual(requests.read_request(line), request)
            line.encode("ascii")

    def test_what_is_no_request_names_its_field(self):
        """Another version, an unknown field, one that is missing and one of another kind are refused."""
        good = {"version": 1, "do": "colorize", "id": "1", "job": "job.json"}
        for field, change in (("version", {"version": 2}), ("do", {"do": "paint"}), ("do", {"do": []}),
                              ("id", {"id": 7}), ("id", {"id": None}), ("id", {"id": ""}), ("job", {"job": None}),
                              ("job", {"job": []}), ("only", {"only": 3}), ("first", {"first": True}),
                              ("first", {"first": 1e3}), ("busy", {"busy": "wait"}), ("frame", {"frame": 3})):
            with self.assertRaises(errors.SettingsError) as caught:
                requests.read_request(json.dumps(dict(good, **change)))
            self.assertEqual(caught.exception.field, field)
        good = {"version": 1, "do": "pin", "id": "1", "out": "o", "frame": 1, "x": 1, "y": 2.5, "color": "a"}
        for field, change in (("out", {"out": ""}), ("frame", {"frame": 1.5}), ("x", {"x": "1"}), ("y", {"y": True}),
                              ("y", {"y": 1e9}), ("x", {"x": None}), ("color", {"color": ""}),
                              ("color", {"color": "a\ud800"}), ("first", {"first": 1})):
            with self.assertRaises(errors.SettingsError) as caught:
                requests.read_request(json.dumps(dict(good, **change)))
            self.assertEqual(caught.exception.field, field)
        for line in ("", "nonsense", "[" * 9999, "[1]"):
            with self.assertRaises(errors.InputError):
                requests.read_request(line)

    def test_an_answer_says_whose_it_is(self):
        """An event keeps its values beside the request that it belongs to, or to none."""
        for name in ("7", "\"}", None):
            line = requests.answer_line(events.Skipped(3, "c.3.png"), name)
            self.assertEqual(requests.read_answer(line), (name, events.Skipped(3, "c.3.png")))
            self.assertEqual(events.from_line(line), events.Skipped(3, "c.3.png"))


class Warm(InFolder):
    def setUp(self):
        """Keep one engine for a check, and end it behind it."""
        super().setUp()
        self.engines = warm.Engines()
        self.addCleanup(self.engines.close)

    def client(self, *words, **more):
        """Return a client of the stand-in; words: what is odd about it."""
        return warm.WarmClient([*ENGINE, *words], self.engines, **more)

    def told(self, *words, **more):
        """Return what a run says of its process and of what was asked."""
        return json.loads(next(iter(list(self.client(*words, **more).run(self.scenario("process"), only="2")))).text)

    def test_runs_share_a_process(self):
        """One after the other, an error between them; each gets its own events, and the frame in view is told."""
        first = self.told(first=3)
        self.assertEqual((first["asked"]["only"], first["asked"]["first"]), ("2", 3))
        with self.assertRaisesRegex(errors.PlateError, "render it again") as caught:
            list(self.client().run(self.scenario("plate")))
        self.assertEqual((caught.exception.path, caught.exception.frame), ("a.0007.png", 7))
        self.assertEqual([type(event).__name__ for event in self.client().run(self.scenario("good"))],
                         ["Started", "FrameDone", "FrameDone", "FrameDone", "Finished"])
        self.assertEqual(self.told()["pid"], first["pid"])

    def test_any_trouble_is_a_process_of_its_own(self):
        """An engine that does not stay, speaks another version, says nothing or lacks memory: the run is as without."""
        with mock.patch.object(warm, "ANSWER_S", 0.3):
            for word, scenario in (("--old", "good"), ("--newer", "good"), ("--deaf", "good"), ("", "full warm")):
                seen = list(self.client(*([word] if word else [])).run(self.scenario(scenario)))
                frames = [event.frame for event in seen if isinstance(event, events.FrameDone)]
                self.assertEqual((frames[-3:], type(seen[-1])), ([1, 2, 3], events.Finished), word)
        self.assertEqual(self.told("--old")["asked"], {})
        with mock.patch.object(warm, "StayingEngine", self.fail):
            self.assertEqual(self.told("--old")["asked"], {})  # it is not tried again

    def corrected(self, request, *words):
        """Return the kinds of the events of a correction, and the arguments of the process that did it."""
        seen = list(self.client(*words).correct(request))
        told = [json.loads(event.text) for event in seen if isinstance(event, events.Message)]
        return [type(event).__name__ for event in seen], told[0]

    def test_corrections(self):
        """They are asked of the engine that stays, else of `cmft pin` in a process of its own."""
        pin = requests.Pin("", "out", -5, 3.5, 4.0, "--a b")
        kinds, told = self.corrected(pin)
        self.assertEqual(kinds, ["Message", "Started", "FrameDone", "FrameDone", "FrameDone", "Finished"])
        self.assertEqual([told["asked"][name] for name in ("do", "out", "frame", "x", "y", "color")],
                         ["pin", os.path.abspath("out"), -5, 3.5, 4.0, "--a b"])
        kinds, told = self.corrected(pin, "--old")
        self.assertEqual((len(kinds), told["arguments"][-6:]), (6, ["pin", os.path.abspath("out"), "--frame=-5",
                                                                    "--at=3.5,4.0", "--color=--a b", "--events"]))
        kinds, told = self.corrected(requests.Undo("", "out"), "--old")
        self.assertEqual(told["arguments"][-4:], ["corrections", "undo", os.path.abspath("out"), "--events"])

    def test_nothing_is_taken_back_twice(self):
        """An engine that dies once it has begun an undo leaves it to the person; a pin is made once more."""
        with self.assertRaisesRegex(errors.EngineError, "look whether the picture is as before"):
            list(self.client("--dies").correct(requests.Undo("", "out")))
        self.assertEqual(self.corrected(requests.Pin("", "out", 1, 1, 1, "a"), "--dies")[0][-1], "Finished")

    def test_a_crash_loses_no_frame(self):
        """The run goes on in a process of its own, and what was told is not told again."""
        seen = list(self.client().run(self.scenario("dies warm")))
        self.assertEqual([(type(event).__name__, getattr(event, "frame", None)) for event in seen],
                         [("Started", None), ("FrameDone", 1), ("FrameDone", 2), ("Finished", None)])
        self.assertTrue(self.told()["asked"])

    def test_an_engine_that_is_not_there(self):
        """The sentence is that of a run without an engine that stays."""
        client = warm.WarmClient([str(self.folder / "no-such-engine")], self.engines)
        with self.assertRaisesRegex(errors.InputError, "no-such-engine.*engine command"):
            next(client.run(self.scenario("good")))

    def test_cancel(self):
        """A run ends though the engine is deaf in it; the next one waits for that, or has another engine."""
        client = self.client()
        pid = self.told()["pid"]
        going = client.run(self.scenario("hang"))
        next(going)
        threading.Thread(target=client.cancel).start()
        with self.assertRaises(errors.Cancelled):
            next(going)
        with mock.patch.object(warm, "LATE_S", 0.0):
            after = self.told()
        self.assertTrue(after["asked"])
        self.assertNotEqual(after["pid"], pid)
        self.assertFalse(is_running(pid))

    def test_a_host_that_stops_listening(self):
        """Its request is cancelled, and the engine is asked for nothing more."""
        going = self.client().run(self.scenario("hang"))
        next(going)
        self.assertTrue(self.engines._engine.is_busy)
        going.close()
        self.assertFalse(self.engines._engine.is_busy)

    def test_a_second_run_meanwhile(self):
        """Another node's run has a process of its own while the engine is busy."""
        going = self.client().run(self.scenario("hang"))
        next(going)
        self.assertEqual(self.told()["asked"], {})
        going.close()

    def test_another_environment_or_command_is_another_engine(self):
        """The engine is as if it had been started now."""
        pids = [self.told()["pid"]]
        with mock.patch.dict(os.environ, {"OCIO": "studio.ocio"}):
            pids.append(self.told()["pid"])
        pids += [self.told()["pid"], self.told("--other")["pid"]]
        self.assertEqual(len(set(pids)), 4)
        self.assertEqual([is_running(pid) for pid in pids], [False, False, False, True])

    def test_close_leaves_nothing(self):
        """The engine has ended when its document is closed, whether it listens or not; it is there again when asked."""
        pid = self.told()["pid"]
        self.engines.close()
        self.assertFalse(is_running(pid))
        going = self.client().run(self.scenario("stubborn"))
        child = int(next(going).text)
        self.engines.close()
        end = time.monotonic() + 30
        while is_running(child) and time.monotonic() < end:
            time.sleep(0.01)
        self.assertFalse(is_running(child))
        going.close()

    def test_a_run_of_a_node_asks_it(self):
        """A run with an engine that stays names the plate in view; without one it starts a process as before."""
        stays = run.EngineRun(ENGINE, frames=3, shift=1000, stays=run.Stays(self.engines, 2))
        found = stays.follow(self.scenario("process"), lambda told: None)
        self.assertIsInstance(found.finished, events.Finished)
        self.assertEqual(stays._client._first, 1002)
        self.assertIsInstance(run.EngineRun(ENGINE, frames=3)._client, EngineClient)

"""Faults of processes: two runs at once, a folder that goes, a reader that goes, signals early on, memory, weights."""

from __future__ import annotations

import hashlib
import json
import resource
import shutil
import signal
import time
from functools import partial
from pathlib import Path

import safetensors.torch
import torch

from .files import is_whole, short
from .material import FRAMES, command
from .outcome import ROOT, Engine, Outcome, codes_text, finish, send_after

MEMORY_MB = (400, 1100, 1150, 1200, 1250, 1300, 1350, 1400)  # of address space; this shot needs about 1,400
CALIBRATION = ("confidence.", "fusion.")  # which the engine checks when it loads a checkpoint


def folder_deleted(folder: Path) -> Outcome:
    """the output folder deleted after the third frame; then `--resume`"""
    process = Engine(folder).start(*command("gone"))
    assert process.stdout is not None
    seen = ""
    while seen.count('"frame_done"') < 3 and (line := process.stdout.readline()):
        seen += line
    shutil.rmtree(folder / "gone")
    told = finish(process, seen)
    after = Engine(folder).run(*command("gone", "--resume"))
    right = told.code == 2 and "have gone" in told.message and after.code == 0 and is_whole(folder, "gone")
    return Outcome(folder_deleted.__doc__ or "", 0, 0, f"{told.code}, then {after.code}", short(told), right)


def two_at_once(folder: Path) -> Outcome:
    """two engines on the same frames of one folder at once, the first halted meanwhile by SIGSTOP"""
    first = Engine(folder).start(*command("two"))
    assert first.stdout is not None
    seen = first.stdout.readline()
    first.send_signal(signal.SIGSTOP)
    second = Engine(folder).run(*command("two", "--resume"))
    first.send_signal(signal.SIGCONT)
    told = finish(first, seen)
    right = (told.code, second.code) == (0, 2) and "another run colours them now" in second.message
    return Outcome(two_at_once.__doc__ or "", 0, 0, f"{told.code} and {second.code}", short(second),
                   right and is_whole(folder, "two"))


def tasks_at_once(folder: Path) -> Outcome:
    """four tasks of a farm on other frames of one folder at once, then the run that writes the report"""
    parts = ("1-2", "3-4", "5-6", "7-8")
    running = [Engine(folder).start(*command("farm", "--only", part, "--resume")) for part in parts]
    codes = [finish(process).code for process in running]
    told = Engine(folder).run(*command("farm", "--resume"))
    again = len(told.frames("frame_done"))
    right = codes == [0] * 4 and told.code == 0 and is_whole(folder, "farm")
    return Outcome(tasks_at_once.__doc__ or "", 0, again, codes_text([*codes, told.code]),
                   f"{len(told.frames('skipped'))} frames kept for the report", right and not again)


def early_signals(folder: Path) -> Outcome:
    """INT and TERM while libraries load, at 0.3 to 1.5 s"""
    codes, log = [], ""
    for number in (signal.SIGINT, signal.SIGTERM):
        for seconds in (0.3, 0.6, 0.9, 1.2, 1.5):
            process = Engine(folder).start(*command("early", "--resume"))
            send_after(process, number, seconds)
            told = finish(process)
            codes.append(told.code)
            log += told.log if told.has_traceback else ""
    return Outcome(early_signals.__doc__ or "", 0, 0, codes_text(codes), short(told),
                   set(codes) == {130} and not log)


def reader_gone(folder: Path) -> Outcome:
    """the reader of stdout goes away after the first frame; then `--resume`"""
    process = Engine(folder).start(*command("reader"))
    assert process.stdout is not None and process.stderr is not None
    while '"frame_done"' not in process.stdout.readline():
        pass
    process.stdout.close()
    log = process.stderr.read()
    process.stderr.close()
    code = process.wait(60)
    after = Engine(folder).run(*command("reader", "--resume"))
    right = code == 130 and "nobody reads" in log and "Traceback" not in log and is_whole(folder, "reader")
    return Outcome(reader_gone.__doc__ or "", 0, int(1 in after.frames("frame_done")), f"{code}, then {after.code}",
                   log.strip().splitlines()[-1].removeprefix("cmft: "), right)


def no_memory(folder: Path) -> Outcome:
    """too little memory, eight limits from 400 to 1400 MB of address space; then `--resume` with enough"""
    codes, said = [], ""
    for megabytes in MEMORY_MB:
        told = Engine(folder).run(*command("memory", "--work-size", "512", "--resume"),
                                  prepare=partial(limit_memory, megabytes))
        codes.append(told.code)
        said = short(told) if told.code == 3 else said
    after = Engine(folder).run(*command("memory", "--resume"))
    right = not set(codes) & {1, 2} and 3 in codes and after.code == 0 and is_whole(folder, "memory")
    return Outcome(no_memory.__doc__ or "", 0, 0, f"{codes_text(codes)}, then {after.code}", said, right)


def limit_memory(megabytes: int) -> None:
    """Let this process have so much address space and no more."""
    resource.setrlimit(resource.RLIMIT_AS, (megabytes * 2**20,) * 2)


def broken_weights(folder: Path) -> Outcome:
    """a checkpoint whose networks are all NaN, with the right checksum"""
    root = folder / "engine"
    shutil.copytree(ROOT / "cmft_engine", root / "cmft_engine", ignore=shutil.ignore_patterns("__pycache__"))
    for path in (root / "cmft_engine" / "weights").glob("*.safetensors"):
        with safetensors.safe_open(path, "pt") as stored:
            metadata, tensors = stored.metadata(), {name: stored.get_tensor(name) for name in stored.keys()}  # noqa: SIM118, it is no dict
        broken = {name: value if name.startswith(CALIBRATION) or not value.is_floating_point()
                  else torch.full_like(value, torch.nan) for name, value in tensors.items()}
        safetensors.torch.save_file(broken, path, metadata)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        path.with_suffix(".sha256").write_text(f"{digest}  {path.name}\n")
    told = Engine(folder, root=root).run(*command("nan", "--only", "2-8"))
    done = [event for event in told.events if event["event"] == "frame_done"]
    refused = told.code == 3 and not done
    never_sure = bool(done) and all(event["confidence"] < 0.5 and event["unsure"] for event in done)
    said = "every frame has regions to check, none is sure" if never_sure else short(told)
    return Outcome(broken_weights.__doc__ or "", 0, 0, str(told.code), said, refused or never_sure)


def stale_claim(folder: Path) -> Outcome:
    """the claim of a killed run left in a finished folder; `--resume`"""
    process = Engine(folder).start(*command("claim"))
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(0.2)
    process.kill()
    process.communicate()
    left = list((folder / "claim" / ".cmft-state").glob("*.claim"))
    names = json.loads(left[0].read_text())["plates"] if left else []
    told = Engine(folder).run(*command("claim", "--resume"))
    cleared = not list((folder / "claim" / ".cmft-state").glob("*.claim"))
    right = told.code == 0 and len(names) == FRAMES and cleared and is_whole(folder, "claim")
    return Outcome(stale_claim.__doc__ or "", 0, 0, str(told.code), "the claim is cleared", right)


FAULTS = (folder_deleted, two_at_once, tasks_at_once, stale_claim, early_signals, reader_gone, no_memory,
          broken_weights)

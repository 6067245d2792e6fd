"""Run by test_host_pythons.py under the Python of each Nuke: what the host offers without pixels."""

import sys
import threading
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
SAMPLE = Path(__file__).with_name("sample.nk")


def main() -> None:
    """Load, press, change, undo, save and load again; hand a call to the main thread."""
    from tests.nuke.host import Host, ScriptError

    with Host() as host:
        group = host.paste(SAMPLE.read_text(encoding="utf-8"))
        host.nuke.frame(1005)
        host.press(group, "set_at")
        assert group.node("RefHold")["firstFrame"].value() == 1005
        host.nuke.undo()
        assert group["at"].value() == 1001
        knob = group["status"]
        thread = threading.Thread(target=host.nuke.executeInMainThread, args=(knob.setValue, ("done",)))
        thread.start()
        thread.join()
        assert host.run_main_loop(60, until=lambda: group["status"].value() == "done")
        assert host.label(group) == "Sample1\ndone"
        text = host.save()
        host.nuke.scriptClear()
        host.load(text)
        assert host.save() == text
        try:
            host.load(text.replace("bbox B", "bbox C"))
        except ScriptError as error:
            assert "bbox" in str(error)
        else:
            raise AssertionError("a wrong value was loaded")
    assert "numpy" not in sys.modules and "OpenImageIO" not in sys.modules


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main()

"""Takes the pictures of a project that was moved, in a real Blender window: ready there, and with a file gone.

    xvfb-run -s "-screen 0 1600x900x24" blender -P docs/images/blender_moved.py -- FOLDER

It colours a file with two paintings beside it, a correction of the last frame among them, and saves it. The folder gets
another name, the file is opened there, and "moved" is taken; the correction is deleted, Colorize pressed, and "gone" is
taken. Needs what `blender_window.py` needs.
"""

import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import bpy

sys.path.insert(0, str(Path(__file__).resolve().parent))
import blender_window as window

LAST = window.FIRST + window.COUNT - 1


class Moved(window.Session):
    """The steps of a move."""

    def script(self):
        """Colour with a correction, move the folder, open the file there, and lose the correction."""
        project, there = self.folder / "project", self.folder / "elsewhere" / "shot_moved"
        correction = Path("paintings") / "corrected.png"
        copy_shot(project, correction)
        window.SHOT = project
        yield from self.prepare(project)
        scene = bpy.context.scene
        scene.frame_set(LAST)
        bpy.ops.cmft.add_correction(node=self.node, filepath=str(project / correction))
        bpy.ops.file.make_paths_relative()
        with bpy.context.temp_override(**self.editor()):
            bpy.ops.cmft.colorize("INVOKE_DEFAULT", node=self.node)
        yield from self.wait_for_end()
        bpy.ops.wm.save_mainfile()
        there.parent.mkdir()
        project.rename(there)
        bpy.ops.wm.open_mainfile(filepath=str(there / "shot.blend"))
        yield from self.look("moved")
        (there / correction).unlink()
        with bpy.context.temp_override(**self.editor()), suppress(RuntimeError):  # which a click shows as a message
            bpy.ops.cmft.colorize("INVOKE_DEFAULT", node=self.node)
        yield from self.look("gone")

    def look(self, name):
        """Let Blender draw, and take the picture."""
        for _ in range(3):
            yield
        self.show_viewer()
        self.open_tab()
        for _ in range(4):
            yield
        print([(one.frame, one.path) for one in self.values().references], bpy.data.filepath, flush=True)
        self.shoot(name)


def copy_shot(project, correction):
    """Copy the frames and the painting of the example, and let the engine make what stands for a repainted frame."""
    project.mkdir(parents=True)
    shot, lines = window.SHOT, [f"line.{frame}.png" for frame in range(window.FIRST, LAST + 1)]
    for name in (*lines, f"ref.{window.FIRST}.png"):
        shutil.copy(shot / name, project)
    subprocess.run([str(window.ROOT / ".venv" / "bin" / "cmft"), "colorize", str(project / lines[-1]), "--reference",
                    f"{shot / f'ref.{window.FIRST}.png'}@sheet", "--out", str(project / correction)], check=True)


if __name__ == "__main__":
    window.begin(Moved)

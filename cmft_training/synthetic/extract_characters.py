"""Turn rigged glTF characters into moving triangles that the rasteriser can draw without Blender.

Run as ``python -m cmft_training.synthetic.extract_characters ARCHIVE OUT`` in an environment that holds Blender's own
Python module (4.5) and numpy; nothing else of the project imports this file.
"""

from __future__ import annotations

import argparse
import importlib
import logging
import os
import re
import subprocess
import sys
import tarfile
import zlib
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cmft_training.synthetic.character_colors import linear_to_srgb_bytes, mended_color, merge_colors

LOG = logging.getLogger(__name__)
Floats = NDArray[np.float32]
Ints = NDArray[np.int32]

N_RUNS = 4
N_DRAWINGS = 10
FRAME_STEP = 3  # every third frame at 24 a second: drawings on threes
LOOPING = re.compile(r"walk|run|gallop|swim|fly|idle|hover|dance", re.IGNORECASE)
CALM = re.compile(r"idle|hold|pose", re.IGNORECASE)
FIRST_PACKS = ("ultimate_characters", "modular_men", "modular_women")


@dataclass(frozen=True)
class Run:
    """One contiguous run: animation name and the (fractional) scene frames of its drawings."""

    animation: str
    frames: tuple[float, ...]


@dataclass(frozen=True)
class Surface:
    """Triangles of all meshes together: faces (m, 3) into the vertices, material (m,), color (k, 3) sRGB."""

    faces: Ints
    material: Ints
    color: NDArray[np.uint8]


def choose_runs(lengths: dict[str, tuple[float, float]], *, seed: int, n_runs: int = N_RUNS) -> list[Run]:
    """Return up to `n_runs` runs of `N_DRAWINGS` drawings, from different animations where possible.

    lengths: first and last frame of each animation. Short looping animations wrap; other short ones are skipped
    unless nothing else is left, when they are slowed down to fit.
    """
    rng = np.random.default_rng(seed)
    span = (N_DRAWINGS - 1) * FRAME_STEP
    names = sorted(lengths)
    fitting = [n for n in names if lengths[n][1] - lengths[n][0] >= span or LOOPING.search(n)]
    lively = [n for n in fitting if not CALM.search(n)]
    calm = [n for n in fitting if CALM.search(n)]
    order = [lively[i] for i in rng.permutation(len(lively))] + [calm[i] for i in rng.permutation(len(calm))][:1]
    order = order or names
    if not order:
        return []
    return [_run(name, lengths[name], rng) for name in (order * n_runs)[:n_runs]]


def _run(name: str, limits: tuple[float, float], rng: np.random.Generator) -> Run:
    """Return one run inside `limits`, starting at a random frame."""
    first, last = limits
    length = max(last - first, 1e-3)
    steps = np.arange(N_DRAWINGS, dtype=np.float64) * FRAME_STEP
    if length >= steps[-1]:
        frames = first + int(rng.integers(0, int(length - steps[-1]) + 1)) + steps
    elif LOOPING.search(name):
        frames = first + np.mod(int(rng.integers(0, int(length) + 1)) + steps, length)
    else:
        frames = first + steps * (length / steps[-1])
    return Run(name, tuple(float(f) for f in frames))


def weld(rest: Floats, moved: Floats, owner: Ints) -> tuple[Ints, Ints]:
    """Return (kept, remap): vertices that share rest position, owner and motion become one.

    rest: (n, 3) rest positions; moved: (frames, n, 3); owner: (n,) mesh index. kept: old ids of the new vertices;
    remap: (n,) new id of each old vertex.
    """
    key = np.concatenate([owner[:, None].astype(np.float32), rest], axis=1)
    _, first, inverse = np.unique(key, axis=0, return_index=True, return_inverse=True)
    leader = first[inverse.reshape(-1)]
    extent = float(np.ptp(moved, axis=(0, 1)).max())
    apart = np.abs(moved - moved[:, leader]).max(axis=(0, 2)) > 1e-4 * extent
    leader = np.where(apart, np.arange(len(leader)), leader)
    kept, remap = np.unique(leader, return_inverse=True)
    return kept.astype(np.int32), remap.reshape(-1).astype(np.int32)


def quantize_positions(vertices: Floats) -> tuple[NDArray[np.int16], Floats]:
    """Return int16 positions (…, 3) and the (2, 3) scale and offset that undo it: ``V * scale + offset``."""
    low, high = vertices.min(axis=(0, 1, 2)), vertices.max(axis=(0, 1, 2))
    offset = (low + high) / 2
    scale = np.full(3, max(float((high - low).max()), 1e-9) / 65530.0, np.float32)
    packed = np.rint((vertices - offset) / scale).astype(np.int16)
    return packed, np.stack([scale, offset]).astype(np.float32)


# ---------------------------------------------------------------- Blender


def _load(bpy: Any, path: Path) -> list[Any]:
    """Import a glTF file in an empty scene and return its mesh objects, display shapes dropped."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.ops.import_scene.gltf(filepath=str(path))
    meshes = [o for o in bpy.context.scene.objects if o.type == "MESH" and not o.name.startswith("Icosphere")]
    return sorted((o for o in meshes if len(o.data.polygons)), key=lambda o: str(o.name))


def _tracks(bpy: Any) -> dict[str, list[tuple[Any, Any, Any]]]:
    """Return animation name -> [(object, action, slot)], and empty the objects' own animation stacks."""
    found: dict[str, list[tuple[Any, Any, Any]]] = {}
    for item in bpy.context.scene.objects:
        data = item.animation_data
        if data is None:
            continue
        for track in list(data.nla_tracks):
            for strip in track.strips:
                found.setdefault(track.name, []).append((item, strip.action, strip.action_slot))
            data.nla_tracks.remove(track)
    return found


def _play(bpy: Any, players: Iterable[tuple[Any, Any, Any]]) -> None:
    """Make one animation the active one of the scene."""
    for item in bpy.context.scene.objects:
        if item.animation_data is not None:
            item.animation_data.action = None
        if item.type == "ARMATURE":
            for bone in item.pose.bones:
                bone.matrix_basis.identity()
    for item, action, slot in players:
        item.animation_data.action = action
        item.animation_data.action_slot = slot


def _positions(bpy: Any, meshes: Sequence[Any], frame: float) -> Floats:
    """Return world positions (n, 3) of all vertices at a scene frame."""
    bpy.context.scene.frame_set(int(np.floor(frame)), subframe=float(frame - np.floor(frame)))
    graph = bpy.context.evaluated_depsgraph_get()
    parts = []
    for item in meshes:
        evaluated = item.evaluated_get(graph)
        co = np.empty(len(evaluated.data.vertices) * 3, np.float32)
        evaluated.data.vertices.foreach_get("co", co)
        matrix = np.array(evaluated.matrix_world, np.float32)
        parts.append(co.reshape(-1, 3) @ matrix[:3, :3].T + matrix[:3, 3])
    return np.concatenate(parts)


def _base(material: Any) -> tuple[tuple[int, int, int], Any]:
    """Return the sRGB base colour of a material and the image that feeds it, if any."""
    if material is None or material.node_tree is None:
        return (200, 200, 200), None
    nodes = material.node_tree.nodes
    image = next((n.image for n in nodes if n.type == "TEX_IMAGE" and n.image and n.outputs[0].is_linked), None)
    shader = next((n for n in nodes if n.type == "BSDF_PRINCIPLED"), None)
    if shader is None:
        return linear_to_srgb_bytes(material.diffuse_color), image
    return linear_to_srgb_bytes(shader.inputs["Base Color"].default_value), image


def _texture(image: Any, uv: Floats) -> NDArray[np.uint8]:
    """Return the sRGB bytes (m, 3) of an image at uv (m, 2)."""
    width, height = image.size
    pixels = np.empty(width * height * image.channels, np.float32)
    image.pixels.foreach_get(pixels)
    grid = pixels.reshape(height, width, image.channels)
    column = (np.mod(uv[:, 0], 1.0) * width).astype(int) % width
    row = (np.mod(uv[:, 1], 1.0) * height).astype(int) % height
    color: NDArray[np.uint8] = np.rint(grid[row, column, :3] * 255).astype(np.uint8)
    return color


def _mesh_colors(item: Any, character: str) -> tuple[Ints, list[str], NDArray[np.uint8]]:
    """Return triangles (m, 3), and the material name and sRGB colour of each triangle."""
    mesh = item.data
    mesh.calc_loop_triangles()
    m = len(mesh.loop_triangles)
    faces, loops, slot = (np.empty(m * 3, np.int32), np.empty(m * 3, np.int32), np.empty(m, np.int32))
    mesh.loop_triangles.foreach_get("vertices", faces)
    mesh.loop_triangles.foreach_get("loops", loops)
    mesh.loop_triangles.foreach_get("material_index", slot)
    color, names = np.empty((m, 3), np.uint8), np.empty(m, object)
    for index in np.unique(slot):
        material = mesh.materials[index] if index < len(mesh.materials) else None
        name = "none" if material is None else str(material.name)
        base, image = _base(material)
        chosen = slot == index
        names[chosen] = name
        color[chosen] = mended_color(character, name, base)
        if image is not None and mesh.uv_layers.active is not None:
            uv = np.empty(len(mesh.loops) * 2, np.float32)
            mesh.uv_layers.active.data.foreach_get("uv", uv)
            middle = uv.reshape(-1, 2)[loops.reshape(-1, 3)[chosen]].mean(axis=1)
            color[chosen] = _texture(image, middle)
    return faces.reshape(-1, 3), list(names), color


def _surface(meshes: Sequence[Any], character: str) -> Surface:
    """Return all triangles with one material per (material name, quantised colour)."""
    faces, names, colors, offset = [], [], [], 0
    for item in meshes:
        f, n, c = _mesh_colors(item, character)
        faces.append(f + offset)
        names.extend(n)
        colors.append(c)
        offset += len(item.data.vertices)
    color, material = np.concatenate(colors), np.zeros(len(names), np.int32)
    palette: list[NDArray[np.uint8]] = []
    every = np.array(names)
    for name in dict.fromkeys(names):
        chosen = every == name
        index, entries = merge_colors(color[chosen])
        material[chosen] = index + sum(len(p) for p in palette)
        palette.append(entries)
    return Surface(np.concatenate(faces).astype(np.int32), material, np.concatenate(palette))


def extract(path: Path, out: Path, *, name: str) -> None:
    """Write the npz of one character; `name` seeds the choice of runs.

    Keys: V int16 (runs, drawings, n, 3), scale float32 (2, 3) so that position = V * scale[0] + scale[1], F int32
    (m, 3), M uint8 (m,), colours uint8 (k, 3) sRGB, runs: names of the animations. Raises ValueError when the file
    holds no mesh or no motion.
    """
    bpy: Any = importlib.import_module("bpy")
    meshes = _load(bpy, path)
    tracks = _tracks(bpy)
    lengths = {n: (min(p[1].frame_range[0] for p in t), max(p[1].frame_range[1] for p in t)) for n, t in tracks.items()}
    runs = choose_runs(lengths, seed=zlib.crc32(name.encode()))
    if not meshes or not runs:
        raise ValueError(f"{path}: no mesh or no animation in it")
    moved = []
    for run in runs:
        _play(bpy, tracks[run.animation])
        moved.append([_positions(bpy, meshes, frame) for frame in run.frames])
    save(out, meshes, np.array(moved, np.float32), runs, name)


def save(out: Path, meshes: Sequence[Any], moved: Floats, runs: Sequence[Run], name: str) -> None:
    """Weld, pack and write; `moved` is (runs, drawings, n, 3)."""
    if not np.isfinite(moved).all():
        raise ValueError(f"{name}: positions are not finite")
    rest, owner = [], []
    for i, item in enumerate(meshes):
        co = np.empty(len(item.data.vertices) * 3, np.float32)
        item.data.vertices.foreach_get("co", co)
        rest.append(co.reshape(-1, 3))
        owner.append(np.full(len(rest[-1]), i, np.int32))
    surface = _surface(meshes, name)
    kept, remap = weld(np.concatenate(rest), moved.reshape(-1, moved.shape[2], 3), np.concatenate(owner))
    faces = remap[surface.faces]
    whole = (faces[:, 0] != faces[:, 1]) & (faces[:, 1] != faces[:, 2]) & (faces[:, 0] != faces[:, 2])
    packed, scale = quantize_positions(moved[:, :, kept])
    used, material = np.unique(surface.material[whole], return_inverse=True)
    partial = out.with_name(out.name + ".part.npz")
    np.savez_compressed(
        partial,
        V=packed,
        scale=scale,
        F=faces[whole],
        M=material.reshape(-1).astype(np.uint8),
        colours=surface.color[used],
        runs=np.array([run.animation for run in runs]),
    )
    os.replace(partial, out)


# ---------------------------------------------------------------- all characters


def character_name(path: Path, root: Path) -> str:
    """Return ``<pack>__<name>`` of a model below `root`, folders inside a pack joined by ``_``."""
    pack, *rest = path.relative_to(root).with_suffix("").parts
    return f"{pack}__{'_'.join(rest)}"


def unpack(archive: Path, folder: Path) -> Path:
    """Return the folder that holds the packs, unpacking `archive` (a tar file or a folder) there when needed."""
    if archive.is_dir():
        return archive
    if not any(folder.rglob("*.glb")):
        folder.mkdir(parents=True, exist_ok=True)
        with tarfile.open(archive) as tar:
            tar.extractall(folder, filter="data")
    first = next(iter(sorted(folder.glob("*/*/*.glb"))), None)
    return folder if first is None else first.parents[1]


def extract_all(root: Path, out: Path, *, workers: int = 2) -> list[str]:
    """Extract every model below `root` in processes of their own and return the names that failed."""
    out.mkdir(parents=True, exist_ok=True)
    models = sorted(root.rglob("*.glb"), key=lambda p: (not any(k in str(p) for k in FIRST_PACKS), str(p)))
    jobs = [(path, character_name(path, root)) for path in models]
    with ThreadPoolExecutor(workers) as pool:
        done = pool.map(lambda job: _extract_in_child(job[0], out / f"{job[1]}.npz", job[1]), jobs)
        return [name for (_, name), ok in zip(jobs, done, strict=True) if not ok]


def _extract_in_child(path: Path, out: Path, name: str) -> bool:
    """Run one extraction in a child, because Blender keeps state and may not leave by itself."""
    if out.exists():
        return True
    command = [sys.executable, "-m", __spec__.name, str(path), str(out), "--name", name]
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
        code, tail = result.returncode, (result.stdout + result.stderr)[-600:]
    except subprocess.TimeoutExpired:
        code, tail = -1, "took more than 600 s"
    if code or not out.exists():
        LOG.warning("%s: skipped, exit %s: %s", name, code, tail.strip())
        return False
    LOG.info("%s: written", out)
    return True


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m cmft_training.synthetic.extract_characters", description=__doc__)
    parser.add_argument("archive", type=Path, help="tar archive or folder of packs; with --name one .glb file")
    parser.add_argument("out", type=Path, help="folder of the .npz files; with --name one file")
    parser.add_argument("--unpacked", type=Path, default=None, help="where the archive is unpacked (beside OUT)")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--name", default="", help="extract this one character only")
    args = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    if not args.name:
        folder = args.unpacked or args.out.with_name(args.out.name + "_src")
        failed = extract_all(unpack(args.archive, folder), args.out, workers=args.workers)
        LOG.info("%d characters failed: %s", len(failed), ", ".join(failed))
        return 0
    try:
        extract(args.archive, args.out, name=args.name)
        code = 0
    except (ValueError, RuntimeError, KeyError, AttributeError):
        LOG.exception("%s: broken", args.archive)
        code = 1
    logging.shutdown()
    sys.stdout.flush()
    os._exit(code)  # Blender's module can hang in its static destructors


if __name__ == "__main__":
    main()

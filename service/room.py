"""How much memory and disk a painting takes, and whether that is there: asked before it begins."""

from __future__ import annotations

import math
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TypeGuard

from geometry.errors import InputError
from service.blocks.sizes import paint_bytes
from service.cache_folder import SCRATCH, cache_folder
from service.recipe.recipe import Recipe
from service.spaces.mesh import MeshScene
from service.spaces.resolution import TOGETHER, WINDOW, views_kept, views_prepared
from service.spaces.space import Design, Scene
from service.spaces.torus import WHOLE_SIZE, TorusDesign, TorusScene

GIB = 1 << 30
# Bytes that a painting takes besides what the programs themselves do, measured
# (docs/benchmarks.md); spirals take more.
CANVAS_BYTES = 185  # in a step, for each texel of the canvas: its levels, their mean, Adam's
CHART_BYTES = 25  # in a step, for each texel of the chart that the canvas is enlarged to
# Of tiles and friezes, for each texel of the chart, all of whose copies are mapped (of p4 and p1
# of 4096 pixels across 260 and 310), and for each pixel that is no texel (of p6 210).
TORUS_BYTES = 310
MAPPED_BYTES = 210
SEEN_BYTES = 400  # for each pixel of a step's windows that a network sees side by side
KEPT_BYTES = 80  # for each texel of the canvas while the picture is made and measured
PIXEL_BYTES = 45  # for each pixel of the picture, then
VIEW_BYTES = 190  # for each pixel of windows on a large picture that are kept
LARGE_BYTES = 9  # for each texel of a large one in the end: picture and paint
LARGE_WORK = 600 << 20  # for the windows that one is seen through, and to measure it
LARGE_MESH_BYTES = 55  # for each texel of a mesh's large texture while it is made and measured
MESH_BYTES = 440  # in a step, for each texel of a smaller one, with the maps of its views
_GROWING = 1.25  # of its paint on the disk: parts of two stages are there at once
FILE_BYTES = 9  # on the disk: a picture of noise as PNG, and its paint in 16-bit numbers
JOB_BYTES = FILE_BYTES + 2 * 48  # and a checkpoint, while the next one is written
FINE_BYTES = 3  # more, in memory and on the disk, for each pixel of a picture of 16 bits


def needed_memory(recipe: Recipe, scene: Scene) -> int:
    """Bytes that a painting takes at least while it is painted and finished."""
    if in_windows(scene, recipe):
        design = scene.design(recipe.size)
        charts, *size = design.canvas_shape
        paint = charts * paint_bytes((size[0], size[1]))[0]
        if isinstance(scene, MeshScene):
            delivered = math.prod(design.shape) * (LARGE_MESH_BYTES + _finer(recipe))
        else:
            delivered = math.prod(design.canvas_shape) * (LARGE_BYTES + _finer(recipe))
        return paint + delivered + LARGE_WORK
    if isinstance(scene, MeshScene):
        return MESH_BYTES * math.prod(scene.design(recipe.size).shape)
    return _of_a_whole(scene.design(recipe.size), recipe.views)


def in_windows(scene: Scene, recipe: Recipe) -> TypeGuard[TorusScene | MeshScene]:
    """Whether it is painted window by window, and nothing but its canvas is held as a whole: as
    large tiles, friezes and textures of meshes are."""
    return isinstance(scene, TorusScene | MeshScene) and recipe.size > WHOLE_SIZE


def _of_a_whole(design: Design, views: int) -> int:
    canvas, chart = math.prod(design.canvas_shape), math.prod(design.chart_shape)
    painted = CANVAS_BYTES * canvas + CHART_BYTES * chart
    if isinstance(design, TorusDesign):
        windows = design.windows
        painted = TORUS_BYTES * chart
        if not design.texels_are_pixels:
            painted += MAPPED_BYTES * math.prod(design.shape)
        painted += SEEN_BYTES * math.prod(windows.view) * min(windows.a_step, TOGETHER)
    if design.needed:
        kept = views_kept(views_prepared(views, design.needed), design.views_a_step)
        painted += VIEW_BYTES * kept * WINDOW**2
    return max(painted, KEPT_BYTES * canvas + PIXEL_BYTES * math.prod(design.shape))


def check_memory(recipe: Recipe, scene: Scene, free: int | None = None) -> None:
    """Raise InputError("too-large") for a painting that takes more than is ``free``, by default
    as the system says; nothing where it does not say."""
    free = free_memory() if free is None else free
    needed = needed_memory(recipe, scene)
    if free is None or needed <= free:
        return
    whole = min(recipe.size, WHOLE_SIZE) if in_windows(scene, recipe) else recipe.size
    share = min(1.0, free / _of_a_whole(scene.design(whole), recipe.views))
    fitting = int(whole * share**0.5) // 64 * 64
    while fitting >= 64 and _of_a_whole(scene.design(fitting), recipe.views) > free:
        fitting -= 64  # what every size takes
    fix = f"Choose a size of {fitting} or less" if fitting >= 64 else "Make room"
    raise InputError(
        "too-large",
        "size",
        f"{recipe.size} pixels across take {needed / GIB:.1f} GiB of memory at least, and "
        f"{free / GIB:.1f} GiB are free.",
        f"{fix}, or close other programs.",
    )


def check_scratch(recipe: Recipe, scene: Scene) -> None:
    """Raise InputError("no-temporary-folder") where the disk has less room than the paint of a
    large painting takes while it is painted."""
    if in_windows(scene, recipe):
        check_scratch_to_grow(scene, 0, recipe.size)


def check_scratch_to_grow(scene: Scene, before: int, width: int) -> None:
    """The same for a large painting whose paint is ``before`` pixels across, 0 for none, and is to
    be ``width``: asked while nothing of it is lost."""
    needed = int(_GROWING * _scratch(scene, width)) - (_scratch(scene, before) if before else 0)
    folder = cache_folder(SCRATCH)
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free
    if needed > free:
        raise InputError(
            "no-temporary-folder",
            "temporary files",
            f"{width} pixels across take up to {_said(needed)} on the disk of {folder} while "
            f"they are painted, where {_said(free)} are free.",
            "Make room there, name another folder (ORBITEX_CACHE=/another/folder), or choose a "
            "smaller size.",
        )


def _scratch(scene: Scene, width: int) -> int:
    charts, rows, columns = scene.design(width).canvas_shape
    return charts * paint_bytes((rows, columns))[1]


def check_disk(recipe: Recipe, folder: Path, job: bool = False) -> None:
    """Raise InputError("bad-output"), of a ``job`` "not-saved", where the disk of a folder has less
    room than a painting's files may take."""
    try:
        free = shutil.disk_usage(folder).free
    except OSError:
        return  # whoever writes there says why it cannot
    needed = recipe.size**2 * ((JOB_BYTES if job else FILE_BYTES) + _finer(recipe))
    if needed > free:
        raise InputError(
            *(("not-saved", "data") if job else ("bad-output", "output")),
            f"{recipe.size} pixels across take up to {_said(needed)} on the disk of {folder}, "
            f"where {_said(free)} are free.",
            "Make room there, or choose a smaller size.",
        )


def _finer(recipe: Recipe) -> int:
    return FINE_BYTES if recipe.bits > 8 else 0


def _said(size: int) -> str:
    return f"{size / GIB:.2f} GiB" if size >= GIB // 10 else f"{size / 2**20:.1f} MiB"


def free_memory(root: Path = Path("/")) -> int | None:
    """Bytes of memory that this process may still take: what the system has, and what the control
    groups (a container's, say) that it is in leave it; None where nobody says."""
    found = [*_of_system(root / "proc/meminfo"), *_of_groups(root)]
    if found:
        return max(0, min(found))
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):  # Windows
        return None


def _of_system(meminfo: Path) -> Iterator[int]:
    for line in _text(meminfo).splitlines():
        if line.startswith("MemAvailable:"):
            yield int(line.split()[1]) << 10


def _of_groups(root: Path) -> Iterator[int]:
    """Of each control group on the way to the outermost, of either version, that has a limit."""
    names = {"memory.max": "memory.current", "memory.limit_in_bytes": "memory.usage_in_bytes"}
    for line in _text(root / "proc/self/cgroup").splitlines():
        _, kinds, path = line.split(":", 2)
        if kinds and "memory" not in kinds.split(","):
            continue
        top = root / "sys/fs/cgroup" / ("memory" if kinds else "")
        inner = Path(path.lstrip("/"))
        for group in {top / part for part in (inner, *inner.parents)}:
            for limit, used in names.items():
                most, now = _text(group / limit).strip(), _text(group / used).strip()
                if most.isdigit() and now.isdigit():
                    yield int(most) - int(now) + _droppable(group)


def _droppable(group: Path) -> int:
    """Bytes of files that are only kept as long as nobody needs the room."""
    for line in _text(group / "memory.stat").splitlines():
        name, _, value = line.partition(" ")
        if name in ("inactive_file", "total_inactive_file"):
            return int(value)
    return 0


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""

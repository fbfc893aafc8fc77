"""Small paintings of every kind, for `same_pictures` to compare: their recipes, and a program that
paints them with the code of one tree.

    python -P tests/painted_recipes.py INPUTS RESULTS [NAME]

paints with the packages on PYTHONPATH and leaves in RESULTS, for each painting, NAME.npz (arrays)
and NAME.json (everything else; or why it was refused). Nothing is imported but what users call: the
command line, and the table of functions that the worker of the service paints with. Functions are
found by their names, wherever they are: whoever moves them need not change this file.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import importlib
import json
import os
import re
import sys
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

Outcome = dict[str, Any]  # arrays, and values for JSON


@dataclasses.dataclass(frozen=True)
class Painting:
    """A painting through the table of functions that the worker has. ``buffers``: names of the
    inputs below; ``steering``: adjustments; ``stops``: after so many steps the painting goes on
    from its checkpoint, as bytes; ``repaints``: another painting of it, of a part; ``frugal``: with
    little memory."""

    recipe: Mapping[str, Any]
    buffers: str = ""
    cameras: tuple[Mapping[str, Any], ...] = ()
    steering: tuple[Mapping[str, Any], ...] = ()
    stops: int = 0
    repaints: bool = False
    frugal: bool = False


def _recipe(target: str, group: str, **fields: Any) -> dict[str, Any]:
    small = {"size": 96, "steps": 4, "views": 3, "quality": "draft", "seed": 5}
    return {"target": target, "group": group, **small, **fields}


def _of(target: str, group: str, **fields: Any) -> Painting:
    return Painting(_recipe(target, group, **fields))


def _mesh(group: str, buffers: str, **fields: Any) -> Painting:
    return Painting(_recipe("mesh", group, **fields), buffers)


_BLEND = [{"source": "woodcut_waves", "weight": 2}, {"source": "stained_glass"}]
_LATER = (
    {"step": 1, "changes": {"objective": {"style": 3}, "learning_rate": 0.3}},
    {"step": 3, "changes": {"style_scale": 1.5, "views": 2, "steps": 6}},
)
_CAMERA = {"width": 80, "height": 60, "matrix_world": np.diag([1.0, 1, 1, 1]).tolist()}
_CAMERA["matrix_world"][2][3] = 4.0  # looks down from z = 4

PAINTINGS: dict[str, Painting] = {
    "tile p4 2e": _of("tile", "p4", colouring="2e", styles=_BLEND),
    "tile p6 3a": _of("tile", "p6", colouring="3a", style_scale=0.8, learning_rate=0.2),
    "tile pmm complementary": _of("tile", "pmm", colouring="2a", objective={"smoothness": 2}),
    "tile p2 free cell": _of("tile", "p2", aspect=0.8, angle=70),
    "tile folds": _of("tile", "p1", folds="1/5"),
    "tile torus map": _of("tile", "p4", torus_map="{4,4}2,1"),
    "tile chirality": _of("tile", "p4", chirality="cw"),
    "tile unweighted style": _of("tile", "p3", objective={"style": 0, "colour": 2}),
    "sphere 432 2a": _of("sphere", "432", colouring="2a"),
    "sphere octahedral": _of("sphere", "3*2", projection="octahedral"),
    "sphere chirality": _of("sphere", "332", chirality="ccw"),
    "sphere folds": _of("sphere", "332", folds="1/3"),
    "hyperbolic poincare": _of("hyperbolic", "[4,6]+", colouring="r=-r,-g,-b"),
    "hyperbolic klein": _of("hyperbolic", "[4,6]", model="klein"),
    "hyperbolic halfplane": _of("hyperbolic", "[5,4]+", model="halfplane"),
    "hyperbolic band": _of("hyperbolic", "[4,6]+", model="band"),
    "hyperbolic square": _of("hyperbolic", "[4,6]+", model="square"),
    "hyperbolic conformal": _of("hyperbolic", "[4,6]+", model="conformal"),
    "hyperbolic folds": _of("hyperbolic", "[4+,6]", folds="1/4"),
    "spiral": _of("spiral", "spiral3", twist=40, colouring="r=gbr"),
    "tunnel": _of("spiral", "spiral2", radius="tunnel"),
    "mesh": _mesh("1", "cube"),
    "mesh group": _mesh("332", "ball", colouring="3a"),
    "mesh direction": _mesh("C4", "cube", action="direction", view_layout="ring", axis="Y"),
    "mesh base and content": _mesh(
        "1", "cube base", start="base", objective={"content": 5, "seam": 3}
    ),
    "mesh mask": _mesh("1", "ball base mask", start="base", size=96),
    "mesh cameras": Painting(_recipe("mesh", "1"), "ball occluder", (_CAMERA,)),
    "steering": Painting(_recipe("tile", "p4"), steering=_LATER),
    "steering a mesh": Painting(
        _recipe("mesh", "1"),
        "cube",
        steering=({"step": 2, "changes": {"objective": {"seam": 9}, "quality": "standard"}},),
    ),
    "steering colours": Painting(
        _recipe("tile", "p4"), steering=({"step": 1, "changes": {"colouring": "2a"}},)
    ),
    "resume": Painting(_recipe("tile", "p31m"), stops=3),
    "resume a mesh": Painting(_recipe("mesh", "332"), "ball", stops=2),
    "repaint": Painting(_recipe("tile", "p2"), repaints=True),
    "repaint a mesh": Painting(_recipe("mesh", "1"), "ball", repaints=True),
    "frugal": Painting(_recipe("sphere", "332"), frugal=True),
    "frugal mesh": Painting(
        _recipe("mesh", "1", objective={"content": 2}), "cube base", frugal=True
    ),
}

_FEW = ("--size", "96", "--steps", "2", "-q", "draft", "--views", "2", "--seed", "3")
COMMANDS: dict[str, tuple[str, ...]] = {
    "command tile, cell": ("tile", "-g", "p6", "--cut", "cell", *_FEW, "-o", "out/tile.png"),
    "command tile, domain": ("tile", "-g", "p3", "--cut", "domain", *_FEW, "-o", "out/tile.png"),
    "command tile, repeated": ("tile", "-g", "pgg", "--repeat", "2x1", *_FEW, "-o", "out/t.png"),
    "command sphere, cube": ("sphere", "-g", "432", "--projection", "cube", *_FEW,
                             "-o", "out/sphere.png"),
    "command spiral, loop": ("spiral", "--loop", "out/loop", "--frames", "3", *_FEW,
                             "-o", "out/spiral.png"),
    "command mesh": ("mesh", "{inputs}/cube.obj", "--base", "{inputs}/base.png", "--content", "2",
                     "--mask", "{inputs}/mask.png", *_FEW, "-o", "out/mesh.png"),
    "command mesh, unwrap": ("mesh", "{inputs}/ball.obj", "--unwrap", *_FEW, "-o", "out/mesh.png"),
    "command preview": ("preview", "*532", "--size", "96", "-o", "out/preview.png"),
}  # fmt: skip
NAMES = (*PAINTINGS, *COMMANDS)


def file_stem(name: str) -> str:
    """The name of a painting's files, without their endings."""
    return re.sub(r"\W+", "_", name)


# --- inputs, made once for both trees ---


def make_inputs(folder: Path) -> None:
    """Write the buffers and files that paintings read."""
    random = np.random.default_rng(1)
    noise = Image.fromarray(random.integers(0, 256, (6, 6, 3), np.uint8))
    base = np.array(noise.resize((96, 96), Image.Resampling.BICUBIC).convert("RGBA"))
    mask = np.zeros((96, 96), np.uint8)
    mask[20:70, 10:60] = 255
    Image.fromarray(base).save(folder / "base.png")
    Image.fromarray(mask).save(folder / "mask.png")
    occluder = np.array([[0.3, -2, 2], [2, -2, 2], [2, 2, 2]], np.float32)
    parts = {
        "base": {"base": base},
        "mask": {"mask": mask},
        "occluder": {
            "occluder_vertices": occluder,
            "occluder_triangles": np.array([[0, 1, 2]], np.int32),
        },
    }
    for name, (points, faces, uvs) in {"ball": _ball(24, 12), "cube": _cube()}.items():
        parts[name] = {
            "vertices": points.astype(np.float32),
            "triangles": faces.astype(np.int32),
            "uvs": uvs.astype(np.float32),
        }
        lines = [f"v {x:.6f} {y:.6f} {z:.6f}" for x, y, z in points]
        lines += [f"vt {u:.6f} {v:.6f}" for u, v in uvs.reshape(-1, 2)]
        lines += [
            "f " + " ".join(f"{v + 1}/{3 * k + c + 1}" for c, v in enumerate(face))
            for k, face in enumerate(faces)
        ]
        (folder / f"{name}.obj").write_text("\n".join(lines) + "\n")
    for name, arrays in parts.items():
        np.savez(folder / f"{name}.npz", **arrays)


def _ball(columns: int, rows: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The unit sphere, equirectangular: points, faces, the faces' UVs."""
    u, v = np.meshgrid(np.linspace(0, 1, columns + 1), np.linspace(0, 1, rows + 1))
    longitude, latitude = (2 * u - 1) * np.pi, (v - 0.5) * np.pi
    points = np.stack(
        [np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude)]
        + [np.sin(latitude)],
        axis=-1,
    )
    a = (np.arange(rows)[:, None] * (columns + 1) + np.arange(columns)).ravel()
    b, c, d = a + 1, a + columns + 2, a + columns + 1
    faces = np.concatenate([np.stack([a, b, c], 1), np.stack([a, c, d], 1)])
    return points.reshape(-1, 3), faces, np.stack([u, v], -1).reshape(-1, 2)[faces]


def _cube() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The cube ±1, whose sides are six islands: points, faces, the faces' UVs."""
    points, faces, uvs = [], [], []
    square = np.array([[0, 0], [1, 0], [1, 1], [0, 1]])
    for axis in range(3):
        for sign in (-1, 1):
            side = np.roll([[sign, -1, -1], [sign, 1, -1], [sign, 1, 1], [sign, -1, 1]], axis, 1)
            start = len(points)
            points += list(side[::sign])
            cell = np.array([axis, (sign + 1) // 2])
            for half in ([0, 1, 2], [0, 2, 3]):
                faces.append([start + k for k in half])
                uvs.append((cell + 0.15 + 0.7 * square[half]) / (3, 2))
    return np.array(points, float), np.array(faces), np.array(uvs)


# --- painting, with the code of one tree ---


def _refused(error: Exception) -> Outcome:
    """What an error says: the code of one of the project's own, or a traceback."""
    code = getattr(error, "code", None)
    if code is None:
        return {"error": "".join(traceback.format_exception(error)), "code": ""}
    return {"error": str(error), "code": code}


@functools.cache
def _found(name: str) -> Any:
    """A function or class of the package ``service`` by its name, in whatever module it is."""
    root = Path(importlib.import_module("service").__file__ or "").parent
    pattern = re.compile(rf"^(def|class) {name}\b", re.MULTILINE)
    files = [f for f in sorted(root.rglob("*.py")) if pattern.search(f.read_text("utf-8"))]
    if len(files) != 1:
        raise LookupError(f"{name} is defined {len(files)} times in {root}")
    module = files[0].relative_to(root.parent).with_suffix("")
    return getattr(importlib.import_module(".".join(module.parts)), name)


def painted(task: Painting, inputs: Path) -> Outcome:
    """The frames and losses of all steps, the picture as delivered, its paint and receipt."""
    painter = _found("torch_painter")()
    recipe = _found("parse_recipe")(dict(task.recipe))
    buffers: dict[str, np.ndarray] = {}
    for name in task.buffers.split():
        with np.load(inputs / f"{name}.npz") as arrays:
            buffers |= dict(arrays)
    scene = painter.wire_scene(recipe, list(task.cameras), buffers)
    styles = painter.load_styles(recipe, buffers)
    steering = _found("parse_steering")(recipe, list(task.steering))

    def run(recipe: Any, **options: Any) -> Outcome:
        attempt = _found("Attempt")("cpu", frugal=task.frugal, steering=steering, **options)
        found: Outcome = {"loss": {}}
        for last in painter.paint(recipe, scene, styles, attempt):
            found[f"frame {last.step}"] = last.texture(48)
            found["loss"][f"step {last.step}"] = dict(last.loss)
            if last.step == task.stops and "resume" not in options:
                rest = run(recipe, resume=last.checkpoint().to_bytes(), **options)
                return {**found, **rest, "loss": found["loss"] | rest["loss"]}
        picture, receipt, paint = painter.finish(recipe, scene, styles, last)
        return found | {"picture": picture, "receipt": receipt, "paint": paint}

    found = run(recipe)
    if task.repaints:
        height, width = found["picture"].shape[:2]
        region = np.zeros((height, width), np.uint8)
        region[height // 8 : height // 2, width // 8 : width // 2] = 255
        again = _found("parse_recipe")({**task.recipe, "seed": 8})
        job = importlib.import_module("service.serving.jobs.job")
        kept = getattr(job, "KeptPaint", lambda *parts: parts)  # once it was a tuple
        found = run(again, kept=kept(found["paint"].to_bytes(), region))
    paint = found.pop("paint")
    return found | {"logits": paint.logits, "mirrored": bool(paint.mirrored)}


def commanded(words: tuple[str, ...], inputs: Path, folder: Path) -> Outcome:
    """All files that a command writes."""
    folder.mkdir(parents=True)
    (folder / "out").mkdir()
    os.chdir(folder)
    code = importlib.import_module("service.cli").main([w.format(inputs=inputs) for w in words])
    if code:
        return {"error": f"the command ended with code {code}; see the log", "code": "command"}
    found: Outcome = {}
    for file in sorted(p for p in (folder / "out").rglob("*") if p.is_file()):
        name = file.relative_to(folder / "out").as_posix()
        data = file.read_bytes()
        is_json = file.suffix == ".json"
        found[name] = json.loads(data) if is_json else hashlib.sha256(data).hexdigest()
    return found


def main(arguments: list[str]) -> None:
    """Paint all, or the paintings whose names contain a text; see above."""
    inputs, results = (Path(word).resolve() for word in arguments[:2])
    wanted = arguments[2] if len(arguments) > 2 else ""
    import service  # first: it sets how threads wait

    print("painting with", service.__file__, flush=True)
    import torch

    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    tasks: dict[str, Callable[[], Outcome]] = {
        name: functools.partial(painted, task, inputs) for name, task in PAINTINGS.items()
    }
    for name, words in COMMANDS.items():
        tasks[name] = functools.partial(
            commanded, words, inputs, results / "files" / file_stem(name)
        )
    for name, task in tasks.items():
        if wanted not in name:
            continue
        print(f"== {name}", flush=True)
        try:
            found = task()
        except Exception as error:
            found = _refused(error)
        arrays = {k: v for k, v in found.items() if isinstance(v, np.ndarray)}
        np.savez(results / f"{file_stem(name)}.npz", **arrays)
        rest = {k: v for k, v in found.items() if k not in arrays}
        part = results / f"{file_stem(name)}.part"
        part.write_text(json.dumps(rest), "utf-8")
        part.rename(part.with_suffix(".json"))  # it is whole when it is there


if __name__ == "__main__":
    main(sys.argv[1:])

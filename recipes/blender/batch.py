"""Paint several objects, with several groups and seeds: one texture for each combination.

    blender -b shelf.blend --python recipes/blender/batch.py -- --groups 432 532 --seeds 1 2 3
    python recipes/blender/batch.py shelf.blend --objects Cup Bowl --size 2048 --out textures

Writes OBJECT-GROUP-SEED.png, each with its receipt, into the folder. One that fails does not stop
the others; the exit code is 1 then.
"""

import itertools
import sys
from pathlib import Path

import bpy

sys.path.insert(0, str(Path(__file__).resolve().parent))
from headless import (
    Options,
    keep_inputs,
    mesh_object,
    meshes,
    paint,
    painting,
    run,
    say,
    write_texture,
)


def main() -> None:
    """Read the options, paint all combinations."""
    options = Options(__file__, "Paint several objects, with several groups and seeds.")
    options.add_argument("--objects", nargs="+", metavar="NAME", help="default: all visible meshes")
    options.add_argument("--groups", nargs="+", metavar="GROUP", help="default: each object's own")
    options.add_argument("--seeds", nargs="+", type=int, metavar="N", help="default: each object's")
    options.add_argument("--unwrap", action="store_true", help="give UV maps to those without")
    options.add_argument("--out", type=Path, metavar="FOLDER", help="default: FILE-textures")
    options.add_argument(
        "--blend", type=Path, metavar="FILE.blend", help="save the last ones in it"
    )
    options.add_painting(without={"group", "seed"})
    given = options.read()
    opened = Path(bpy.data.filepath)
    out = given.out or opened.with_name(f"{opened.stem}-textures")
    names = given.objects or [name for name, obj in meshes().items() if obj.visible_get()]
    failed = []
    for obj in [mesh_object(name) for name in names]:  # a wrong name is told before hours of work
        own = obj.orbitex
        for group, seed in itertools.product(
            given.groups or [own.group], given.seeds or [own.seed]
        ):
            name = f"{obj.name}-{group}-{seed}".replace("/", "_").replace("*", "x")
            try:
                keep_inputs([out / f"{name}.png"], given.style)
                wanted = painting(given) | {"group": group, "seed": seed}
                write_texture(paint(obj, wanted, given.unwrap), out / f"{name}.png")
                say(f"wrote {out / name}.png")
            except RuntimeError as error:
                failed.append(f"{name}: {str(error).strip()}")
    if given.blend:
        bpy.ops.wm.save_as_mainfile(filepath=str(given.blend.absolute()))
    if failed:
        raise RuntimeError(f"{len(failed)} failed. " + " ".join(failed))


run(main)

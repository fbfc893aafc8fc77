"""Paint one object of a .blend file.

    blender -b vase.blend --python recipes/blender/paint_one.py -- --group C12 --seed 3
    python recipes/blender/paint_one.py vase.blend --object Vase --texture vase.png

Writes vase-painted.blend, the texture packed.
"""

import sys
from pathlib import Path

import bpy

sys.path.insert(0, str(Path(__file__).resolve().parent))
from headless import Options, keep_inputs, mesh_object, paint, painting, run, say, write_texture


def main() -> None:
    """Read the options, paint, save."""
    options = Options(__file__, "Paint one object of a .blend file.")
    options.add_argument("--object", metavar="NAME", help="default: the active or the only mesh")
    options.add_argument("--unwrap", action="store_true", help="give it a UV map if it has none")
    options.add_argument("--out", type=Path, metavar="FILE.blend", help="default: FILE-painted")
    options.add_argument("--texture", type=Path, metavar="FILE.png", help="write the texture too")
    options.add_painting()
    given = options.read()
    keep_inputs([given.texture] if given.texture else [], given.style)
    image = paint(mesh_object(given.object), painting(given), given.unwrap)
    opened = Path(bpy.data.filepath)
    out = (given.out or opened.with_name(f"{opened.stem}-painted.blend")).absolute()
    bpy.ops.wm.save_as_mainfile(filepath=str(out))
    say(f"wrote {out}")
    if given.texture:
        write_texture(image, given.texture)
        say(f"wrote {given.texture}")


run(main)

"""What the scripts of this folder share: they run in Blender and with pip's bpy alike.

    blender -b FILE.blend --python recipes/blender/SCRIPT.py -- OPTIONS
    python recipes/blender/SCRIPT.py FILE.blend OPTIONS

An error is one line and exit code 1, or 2 for wrong options.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import Any

import bpy

context: Any = bpy.context  # the stubs think that there may be no scene,
ops: Any = bpy.ops  # and do not know the add-on
KINDS: dict[str, Any] = {"INT": int, "FLOAT": float, "STRING": str, "ENUM": str}


def is_module() -> bool:
    """Whether this is pip's bpy and not the Blender program."""
    return bool(getattr(bpy.app, "module", False))


class Options(argparse.ArgumentParser):
    """An argument parser that knows both ways to start a script."""

    def __init__(self, script: str, description: str) -> None:
        name = Path(script).name
        usage = f"blender -b FILE --python {name} -- [OPTIONS]\n       python {name} FILE [OPTIONS]"
        super().__init__(name, usage, description, epilog="Settings not given are the object's.")
        if is_module():
            self.add_argument("file", type=Path, help="the .blend file")

    def add_painting(self, without: Collection[str] = ()) -> None:
        """An option for each argument of bpy.ops.orbitex.paint but those of ``without``."""
        need_orbitex()
        group = self.add_argument_group("painting")
        for given in ops.orbitex.paint.get_rna_type().properties:
            name = given.identifier
            if name in without or name == "rna_type":
                continue
            flag, text = f"--{name.replace('_', '-')}", given.description.replace("%", "%%")
            if given.type == "BOOLEAN":
                group.add_argument(flag, action=argparse.BooleanOptionalAction, help=text)
            else:
                group.add_argument(flag, type=KINDS[given.type], metavar="…", help=text)

    def read(self) -> argparse.Namespace:
        """The options given; opens FILE where Blender has not done so."""
        if is_module():
            given = self.parse_args()
            if not given.file.is_file():
                self.error(f"there is no file {given.file}")
            bpy.ops.wm.open_mainfile(filepath=str(given.file.absolute()))
            return given
        own = sys.argv[sys.argv.index("--") + 1 :] if "--" in sys.argv else []
        given = self.parse_args(own)
        if not bpy.data.filepath:
            self.error("no file was opened: blender -b FILE --python …")
        return given


def painting(given: argparse.Namespace) -> dict[str, Any]:
    """The arguments for bpy.ops.orbitex.paint among the options given."""
    known = {each.identifier for each in ops.orbitex.paint.get_rna_type().properties}
    return {key: value for key, value in vars(given).items() if key in known and value is not None}


def need_orbitex() -> None:
    """Use the add-on that is enabled, else the one of this checkout."""
    if not hasattr(bpy.types, "ORBITEX_OT_paint"):
        sys.path.append(str(Path(__file__).resolve().parents[2]))
        importlib.import_module("blender_addon").register()


def meshes() -> dict[str, Any]:
    """The mesh objects of the scene by name."""
    return {obj.name: obj for obj in context.scene.objects if obj.type == "MESH"}


def mesh_object(name: str | None) -> Any:
    """The object of this name, else the active one, else the only mesh. Raises RuntimeError."""
    known, active = meshes(), context.view_layer.objects.active
    names = f"There are: {', '.join(known)}." if known else "There is none."
    if name is None and active is not None and active.name in known:
        return active
    if name is None and len(known) != 1:
        raise RuntimeError(f"Which mesh object? {names}")
    if name is not None and name not in known:
        raise RuntimeError(f"No mesh object '{name}'. {names}")
    return known[name or next(iter(known))]


def paint(obj: Any, arguments: dict[str, Any], unwrap: bool = False) -> Any:
    """Paint ``obj``, unwrapped first if it has no UV map and that is wanted; returns the image.

    Raises RuntimeError with one line.
    """
    context.view_layer.objects.active = obj
    if unwrap and not obj.data.uv_layers:
        ops.orbitex.smart_uv()
    ops.orbitex.paint(**arguments)
    return obj.orbitex.image


def keep_inputs(paths: Iterable[Path], style: str | None) -> None:
    """Raise RuntimeError if a texture, or the receipt beside it, would be written over a picture
    that the opened file or ``style`` reads."""
    names = [image.filepath for image in bpy.data.images if image.filepath]
    names += [part.rpartition("=")[0] or part for part in (style or "").split(";")]
    read = [Path(bpy.path.abspath(name.strip())) for name in names]
    for path in paths:
        for written in (path, path.with_suffix(".json")):
            if written.exists() and any(r.exists() and r.samefile(written) for r in read):
                raise RuntimeError(f"{written} is read, and would be overwritten: choose another.")


def say(line: str) -> None:
    """Print a line; that nobody reads it any more ends no work."""
    try:
        print(line, flush=True)
    except OSError:  # what waits to be printed would raise again at the end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def write_texture(image: Any, path: Path) -> None:
    """The painted image as a PNG, and its receipt beside it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(image.packed_file.data)  # packed as it came from the service: a PNG
    path.with_suffix(".json").write_text(image["orbitex_receipt"] + "\n", encoding="utf-8")


def run(main: Callable[[], None]) -> None:
    """Run a script's ``main``; an expected error ends it with one line."""
    try:
        main()
    except (RuntimeError, OSError) as error:
        raise SystemExit(" ".join(str(error).replace("Error: ", "").split())) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None

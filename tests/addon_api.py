"""Checks the add-on's use of Blender's API against the stubs of the newest LTS: make lint.

In the add-on most of Blender's values are ``Any``: the stubs say of nearly all that it may be None,
and miss what the dynamic API can do. But names there mean the same everywhere, so here a copy gets
their types, and mypy is asked one question: does what is read from them exist?
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ADDON = Path(__file__).resolve().parents[1] / "blender_addon"

TYPES = {
    "context": "Context",
    "depsgraph": "Depsgraph",
    "image": "Image",
    "layout": "UILayout",
    "material": "Material",
    "mesh": "Mesh",
    "obj": "Object",
    "render": "RenderSettings",
    "scene": "Scene",
    "tree": "ShaderNodeTree",
    "window": "Window",
}

# What Blender has and the stubs do not.
STUBS_LACK = (
    '"Object" has no attribute "orbitex"',  # our own property
    '"bpy_prop_array" has no attribute "__iter__"',
    '"ContextTempOverride" has no attribute "__e',  # __enter__, __exit__
    '"Space" has no attribute',  # that of a 3D viewport has more
    '"Node" has no attribute',  # so have the kinds of nodes
    '"NodeSocket" has no attribute "default_value"',
    '"object" has no attribute "__iter__"',  # what kinds of collections have in common
)

# Must be found each time: without stubs all would be well.
PROBE = "import bpy\n\ndef probe(context: bpy.types.Context) -> None:\n    print(context.sceen)\n"


def typed(text: str) -> str:
    """A module's text with types for names that are ``Any``."""
    names = "|".join(TYPES)
    changed = re.sub(rf"\b({names}): Any\b", lambda m: f"{m[1]}: _bpy_types.{TYPES[m[1]]}", text)
    first = "from __future__ import annotations\n"
    extra = "import bpy.types as _bpy_types\n"
    if first in changed:
        return changed.replace(first, first + extra, 1)
    docstring_end = changed.index('"""', 3) + 3
    return f"{changed[:docstring_end]}\n{extra}{changed[docstring_end:]}"


def faults(addon: Path = ADDON) -> list[str]:
    """One line for each attribute that Blender does not have."""
    with tempfile.TemporaryDirectory() as temporary:
        copy = Path(temporary) / "blender_addon"
        shutil.copytree(addon, copy, ignore=shutil.ignore_patterns("__pycache__"))
        for file in copy.rglob("*.py"):
            file.write_text(typed(file.read_text(encoding="utf-8")), encoding="utf-8")
        (copy / "probe.py").write_text(PROBE, encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-m", "mypy", "--no-strict-optional", "--ignore-missing-imports"]
            + ["--check-untyped-defs", "--config-file=", "--cache-dir=.mypy_cache/api", str(copy)],
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode not in (0, 1):
        raise SystemExit(done.stdout + done.stderr)
    lines = [
        line.replace(f"{temporary}/", "")
        for line in done.stdout.splitlines()
        if line.endswith("[attr-defined]")
    ]
    probed = [line for line in lines if "probe.py" in line]
    if not any('has no attribute "sceen"' in line for line in probed):
        raise SystemExit("Blender's API: no stubs (fake-bpy-module-5.2), nothing was checked")
    return [
        line
        for line in lines
        if line not in probed and not any(lack in line for lack in STUBS_LACK)
    ]


def main() -> None:
    """The command: says what it found."""
    found = faults()
    print("\n".join(found) or "Blender's API: all that the add-on asks for is there")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()

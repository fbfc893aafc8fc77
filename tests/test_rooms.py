"""Arrows between rooms run one way: what imports what, read from the files."""

from __future__ import annotations

import ast
import functools
import graphlib
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# Of our own, what each room may import besides itself.
ROOMS = {"geometry": set(), "service": {"geometry", "recipes"}, "blender_addon": set()}
OTHERS = {"bpy", "gpu", "gpu_extras", "mathutils", "numpy", "zmq"}  # what the add-on may import
FULL = 15  # files in a folder


def _modules(room: str) -> dict[str, Path]:
    """All files by dotted name; a package by its own."""
    files = {file.relative_to(ROOT).with_suffix("").parts: file for file in _files(room)}
    return {".".join(p[:-1] if p[-1] == "__init__" else p): file for p, file in files.items()}


def _files(room: str) -> list[Path]:
    return sorted((ROOT / room).rglob("*.py"))


MODULES = {name: file for room in ROOMS for name, file in _modules(room).items()}


@functools.cache
def _imported(name: str, everywhere: bool = True) -> frozenset[str]:
    """What a module imports, by dotted name; ``everywhere``: in functions, too, and for types."""
    return frozenset(_imports(name, everywhere))


def _imports(name: str, everywhere: bool) -> Iterator[str]:
    file = MODULES[name]
    tree = ast.parse(file.read_text("utf-8"))
    package = name.split(".") if file.name == "__init__.py" else name.split(".")[:-1]
    for node in ast.walk(tree) if everywhere else tree.body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            for alias in node.names:
                inner = f"{base}.{alias.name}"
                yield inner if inner in MODULES else base


def _folder(module: str) -> str:
    return module if MODULES[module].name == "__init__.py" else module.rpartition(".")[0]


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_from_those_below(room: str) -> None:
    ours = {folder.name for folder in ROOT.iterdir() if any(folder.glob("*.py"))}
    for name in _modules(room):
        for other in _imported(name):
            top = other.partition(".")[0]
            assert top == room or top not in ours or top in ROOMS[room], (name, other)


def test_the_add_on_needs_nothing_that_blender_lacks() -> None:
    allowed = set(sys.stdlib_module_names) | OTHERS | {"blender_addon"}
    for name in _modules("blender_addon"):
        for other in _imported(name):
            assert other.partition(".")[0] in allowed, (name, other)


FOLDERS = [name for name, file in MODULES.items() if file.name == "__init__.py"]


@pytest.mark.parametrize("folder", FOLDERS)
def test_what_lies_side_by_side_in_a_folder_makes_no_circle(folder: str) -> None:
    """Files, and folders with all that is in them. In the service, rows of its tables know the
    recipe's type, and the recipe knows the tables: only what is imported at once counts there."""
    arrows: dict[str, set[str]] = {}
    for name in MODULES:
        if name.startswith(f"{folder}."):
            child = _child(folder, name)
            others = _imported(name, not folder.startswith("service")) & MODULES.keys()
            arrows.setdefault(child, set()).update(
                _child(folder, other)
                for other in others
                if other.startswith(f"{folder}.") and _child(folder, other) != child
            )
    graphlib.TopologicalSorter(arrows).prepare()


def _child(folder: str, module: str) -> str:
    """What lies in ``folder`` and is or holds ``module``."""
    return module[len(folder) + 1 :].partition(".")[0]


def test_no_folder_is_a_shelf() -> None:
    held = Counter(_folder(name) for name in MODULES if name not in FOLDERS)
    assert {folder: files for folder, files in held.items() if files > FULL} == {}


def _rows(room: str) -> list[str]:
    """A room's folders in docs/architecture.md, in its order, by dotted name."""
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    table = page.split(f"\n## {room}\n")[1].split("\n## ")[0]
    folders = re.findall(r"^\| `([\w/]+)/` \| .+ \|$", table, re.MULTILINE)
    return [folder.replace("/", ".") for folder in folders]


@pytest.mark.parametrize("room", ROOMS)
def test_folders_are_as_the_page_says(room: str) -> None:
    rows = _rows(room)
    assert sorted(rows) == sorted(folder for folder in FOLDERS if folder.split(".")[0] == room)


@pytest.mark.parametrize("room", ROOMS)
def test_folders_import_from_those_above(room: str) -> None:
    """But for files beside folders: they are below them, or on top."""
    level = {folder: n for n, folder in enumerate(_rows(room))}
    for name in _modules(room):
        here = _folder(name)
        for other in _imported(name, room != "service") & _modules(room).keys():
            there = _folder(other)
            if not (f"{here}.".startswith(f"{there}.") or f"{there}.".startswith(f"{here}.")):
                assert level[there] < level[here], (name, other)


@pytest.mark.parametrize("file", ["problems", "printable", "offer", "setup", "link"])
def test_threads_and_data_do_not_know_bpy(file: str) -> None:
    for name in _modules("blender_addon"):
        if name.startswith(f"blender_addon.{file}"):
            imported = {other.partition(".")[0] for other in _imported(name)}
            assert "bpy" not in imported, name

"""Arrows between the folders of serving run one way, and no files need each other."""

import ast
from graphlib import TopologicalSorter

import pytest

# From below: each may import those before it. "" is what lies above the folders.
FOLDERS = ("protocol", "processes", "jobs", "engines", "")


@pytest.fixture(scope="module")
def imports(pytestconfig):
    """File -> files of serving that it imports, as "engines.worker"."""
    root = pytestconfig.rootpath / "service" / "serving"
    names = {
        ".".join(path.relative_to(root).with_suffix("").parts): path
        for path in root.rglob("*.py")
        if path.name != "__init__.py"
    }
    found = {}
    for name, path in names.items():
        found[name] = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                module = node.module
                if node.level:  # files that the add-on has, too
                    module = f"service.serving.{name.rpartition('.')[0]}.{module}"
                inner = module.removeprefix("service.serving").removeprefix(".")
                parts = [inner, *(f"{inner}.{alias.name}".strip(".") for alias in node.names)]
                if module.startswith("service.serving"):
                    found[name] |= {part for part in parts if part in names}
    return found


def test_arrows_run_one_way(imports):
    rank = {folder: number for number, folder in enumerate(FOLDERS)}
    arrows = [(name, other) for name, others in imports.items() for other in others]
    assert len(arrows) > 100
    upwards = [
        (name, other)
        for name, other in arrows
        if rank[name.rpartition(".")[0]] < rank[other.rpartition(".")[0]]
    ]
    assert upwards == []


def test_no_circles(imports):
    assert len(list(TopologicalSorter(imports).static_order())) == len(imports)


def test_no_folder_is_a_shelf(imports):
    for folder in FOLDERS:
        assert sum(name.rpartition(".")[0] == folder for name in imports) <= 15, folder

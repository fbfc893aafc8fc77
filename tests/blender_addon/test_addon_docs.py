"""docs/blender.md is whole: every code that Blender can show has its row; F1 leads to the page."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bpy
import pytest
from fake_layout import FakeLayout

from blender_addon.panels import manual, parts
from blender_addon.problems import Problem
from release import arguments, help_page

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "blender.md"
CODE = re.compile(r"[a-z]+(-[a-z0-9]+)+|internal|refused|busy|offline|udim|linked|exists|cancelled")

# What Blender never shows. A new code of the service must go into the table, or here.
ELSEWHERE = {
    "the command line": """address-in-use address-unusable bad-data bad-dpi bad-fps bad-frames
        bad-lattice bad-mesh-file bad-output bad-paper bad-receipt bad-recipe bad-run
        data-in-use key-exists mesh-too-large mesh-unwrap
        missing-file missing-mesh missing-tiling no-cluster no-editor no-figure no-frames
        no-keys no-paint no-ray no-report no-runs no-symmetry no-temporary-folder no-variants
        not-edited not-loopback service-unreachable too-small unknown-net unknown-recipe
        unknown-variant""",
    "planes, the hyperbolic plane, spirals": """bad-arms bad-cell bad-folds bad-order bad-plugin
        bad-tiling bad-torus-map bad-twist bad-zoom""",
    "what the panel has no setting for": "bad-chirality not-ended",
    "between the service and its workers": "bad-checkpoint",
    "a faulty client": """bad-buffer bad-digest bad-header camera-kind mesh-bad-index
        mesh-bad-shape missing-buffer texture-bad-size view-bad-subsamples""",
}


def literals(folder: str) -> Iterator[str]:
    """All strings of the program in ``folder`` that could be codes."""
    for file in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def codes(folder: str, *makers: str) -> set[str]:
    """The first arguments of calls of ``makers``, classes or functions, as far as written out."""
    found = set()
    for file in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            given = [*node.args[:1], *(word.value for word in node.keywords if word.arg == "code")]
            if name in makers:
                found |= {a.value for a in given if isinstance(a, ast.Constant)}
    return {code for code in found if isinstance(code, str) and CODE.fullmatch(code)}


def table() -> set[str]:
    """The codes that have a row."""
    section = PAGE.read_text(encoding="utf-8").partition("## Troubleshooting")[2]
    first_cells = re.findall(r"^\| (`[^|]*)\|", section, re.MULTILINE)
    return {code for cell in first_cells for code in re.findall(r"`([^`]+)`", cell)}


def test_every_code_of_the_addon_has_a_row() -> None:
    shown = codes("blender_addon", "refuse", "Problem")
    assert len(shown) > 30
    assert shown - table() == set()


def test_every_code_of_the_service_has_a_row_or_a_reason() -> None:
    sent = codes("service", "InputError", "WireError") | codes("geometry", "InputError")
    assert len(sent) > 50
    elsewhere = set(" ".join(ELSEWHERE.values()).split())
    assert sent - table() - elsewhere == set()
    assert table() & elsewhere == set()


def test_no_row_is_stale() -> None:
    known = {
        code for folder in ("blender_addon", "service", "geometry") for code in literals(folder)
    }
    assert table() - known == set()


def test_the_help_page_has_every_topic_and_code() -> None:
    page = help_page.page(PAGE.read_text(encoding="utf-8"))
    anchors = re.findall(r'id="([^"]+)"', page)
    assert len(anchors) == len(set(anchors))
    within = set(re.findall(r'href="#([^"]+)"', page))
    assert within | {anchor for _, anchor in manual.TOPICS} | table() <= set(anchors)
    # The other pages do not come along.
    assert not re.findall(r'href="(?!#|https?:)[^"]*', page)


def test_the_table_of_arguments_is_that_of_settings() -> None:
    """If not: python -m release.arguments"""
    page = PAGE.read_text(encoding="utf-8")
    assert arguments.with_table(page) == page
    assert "| `natural_colours` |" in page


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The add-on as its zip has it, with the page."""
    help_page.write(PAGE, tmp_path / "help")
    monkeypatch.setattr(manual, "PAGE", tmp_path / "help" / "blender.html")
    return tmp_path / "help" / "blender.html"


def test_f1_leads_to_the_page(empty_blender: None, page: Path) -> None:
    from bl_operators.wm import WM_OT_doc_view_manual

    lookup = WM_OT_doc_view_manual._lookup_rna_url
    manual.register()
    try:
        assert lookup("bpy.ops.orbitex.paint") == f"{page.as_uri()}#paint-finish-cancel"
        assert lookup("bpy.types.OrbitexSettings.views") == f"{page.as_uri()}#views"
        assert lookup("bpy.types.ORBITEX_PT_main") == f"{page.as_uri()}#the-panel"
    finally:
        manual.unregister()
    assert "orbitex" not in (lookup("bpy.ops.orbitex.paint", verbose=False) or "")


def test_a_problem_leads_to_its_row(addon: None, page: Path, monkeypatch: Any) -> None:
    given = []
    monkeypatch.setattr(
        FakeLayout, "operator", lambda *_, **__: given.append(Button()) or given[-1]
    )
    parts.draw_problem(FakeLayout(), Problem("no-uv", "No UV map."), bpy.context)
    assert [button.url for button in given] == [f"{page.as_uri()}#no-uv"]


class Button:
    url = ""

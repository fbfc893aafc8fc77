"""The pages in headless Chromium, their pixels against what geometry and service compute."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path

import numpy as np
import pytest
from paintings import write_painting
from PIL import Image
from scipy import special

from geometry.hyperbolic.models import MODELS
from geometry.spaces import rotation, translation
from service.preview import plasma_paper
from service.recipe.parsing import parse_recipe
from service.scene import make_scene
from service.viewers.page import viewer_page
from service.viewers.reading import read_painting

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

WAIT = 240_000  # milliseconds
RECIPES = {
    "p4g": {"target": "tile", "group": "p4g", "colouring": "2a", "size": 128},
    "p1": {"target": "tile", "group": "p1", "size": 128, "angle": 70},
    "432": {"target": "sphere", "group": "432", "size": 256},
    "cube": {"target": "sphere", "group": "*332", "projection": "cube", "size": 192},
    "46": {"target": "hyperbolic", "group": "[4,6]+", "colouring": "2a", "size": 256},
    "band": {"target": "hyperbolic", "group": "[3,8]", "model": "band", "size": 256},
    "frieze": {"target": "frieze", "group": "p2mg", "colouring": "2a", "size": 256},
    "spiral": {"target": "spiral", "group": "spiral3", "colouring": "r=gbr", "size": 256},
    "tunnel": {"target": "spiral", "group": "spiral2", "radius": "tunnel", "size": 256},
    "rosette": {"target": "rosette", "group": "D5", "colouring": "2a", "size": 256},
}


@pytest.fixture
def opened(chromium, tmp_path):
    """Opens the page of a receipt; whatever it complains of, or asks of a network, fails."""
    wrong = []
    pages = []

    def open_(receipt: Path, width: int = 496, height: int = 760):
        file = tmp_path / "page.html"
        file.write_text(viewer_page(read_painting(receipt)), "utf-8")
        page = chromium.new_page(
            viewport={"width": width, "height": height}, reduced_motion="reduce"
        )
        page.set_default_timeout(WAIT)
        page.on("console", lambda message: wrong.append(message.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("dialog", lambda dialog: wrong.append(dialog.message))
        page.on("request", lambda request: wrong.append(request.url) if _outside(request) else None)
        page.goto(file.as_uri())
        pages.append(page)
        drawn(page)
        return page

    yield open_
    for page in pages:
        page.close()
    assert wrong == []


def _outside(request) -> bool:
    return not request.url.startswith(("file:", "data:", "blob:"))


def drawn(page) -> np.ndarray:
    """The canvas, once nothing moves any more."""
    page.wait_for_timeout(100)
    page.wait_for_selector("canvas[data-drawn=finely]")
    picture = page.locator("canvas").screenshot()
    return np.asarray(Image.open(io.BytesIO(picture)).convert("RGB")).astype(int)


def drag(page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """From a place of the canvas to another, in one step: several would turn the plane."""
    box = page.locator("canvas").bounding_box()
    page.mouse.move(box["x"] + start[0], box["y"] + start[1])
    page.mouse.down()
    page.mouse.move(box["x"] + end[0], box["y"] + end[1])
    page.mouse.up()


@pytest.mark.parametrize("name", RECIPES)
def test_every_page_draws_and_asks_nobody(opened, tmp_path, name):
    page = opened(write_painting(tmp_path, RECIPES[name]), 400, 700)
    first = drawn(page)
    assert first.std() > 15
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    page.locator("canvas").focus()
    page.keyboard.press("ArrowLeft")
    assert _change(drawn(page), first).mean() > 3
    page.keyboard.press("0")
    assert _change(drawn(page), first).max() == 0
    page.check("#domain")
    assert _change(drawn(page), first).mean() > 3
    page.uncheck("#domain")
    if page.locator("#symmetry").is_visible():
        page.select_option("#symmetry", index=page.locator("#symmetry option").count() - 1)
        assert _change(drawn(page), first).mean() > 3


def _change(seen: np.ndarray, before: np.ndarray) -> np.ndarray:
    """A list that has become wider may make the canvas a little lower."""
    rows = min(len(seen), len(before))
    return np.abs(seen[:rows] - before[:rows])


def test_a_tile_moved_is_the_tile_rolled(opened, tmp_path):
    side = 480
    noise = np.random.default_rng(2).integers(0, 256, (side, side, 3), np.uint8)
    recipe = {"target": "tile", "group": "p1", "size": side}
    receipt = write_painting(tmp_path, recipe, noise)
    page = opened(receipt)
    height = drawn(page).shape[0]
    if height % 2:  # so that pixels lie on pixels
        page.set_viewport_size({"width": 496, "height": 761})
    drag(page, (100, 100), (137, 79))
    seen = drawn(page)
    top = (len(seen) - side) // 2
    assert seen.shape[1] == side and top >= 0
    rolled = np.roll(noise, (-21, 37), axis=(0, 1))
    assert np.abs(seen[top : top + side] - rolled).max() <= 1


def test_a_strip_repeats_along_its_axis_and_ends_above_and_below(opened, tmp_path):
    recipe = {"target": "frieze", "group": "p1m1", "size": 240, "aspect": 0.5}
    page = opened(write_painting(tmp_path, recipe))
    first = drawn(page)
    assert first.shape[1] == 480  # two pixels for one of the picture
    inside = np.abs(first - first[0, 0]).max(axis=2) > 4
    rows = np.flatnonzero(inside.any(axis=1))
    assert len(rows) == rows[-1] + 1 - rows[0] == 240  # one strip, and nothing else
    assert inside[rows].mean() > 0.95  # from border to border
    drag(page, (100, 300), (340, 300))
    assert _change(drawn(page), first).mean() > 5
    drag(page, (100, 300), (340, 300))
    assert _change(drawn(page), first).max() <= 1


@pytest.mark.parametrize(
    "recipe",
    [
        {"target": "hyperbolic", "group": "[4,6]+", "colouring": "r=-r,-g,-b", "size": 512},
        {"target": "hyperbolic", "group": "[7,3]", "size": 512},
        {"target": "sphere", "group": "432", "colouring": "2a", "size": 1024},
        {"target": "rosette", "group": "C6", "colouring": "r=-r,-g,-b", "size": 512},
    ],
    ids=["[4,6]+", "[7,3]", "432", "C6"],
)
def test_what_is_dragged_is_moved_by_an_isometry(opened, tmp_path, recipe):
    page = opened(write_painting(tmp_path, recipe))
    height, width = drawn(page).shape[:2]
    start, end = np.rint([(0.46 * width, 0.55 * height), (0.61 * width, 0.42 * height)])
    drag(page, start, end)
    seen = drawn(page)

    extent = 1.0 if recipe["target"] == "hyperbolic" else 1.05
    scale = min(width, height) / 2 / extent

    def points(columns, rows):
        x, y = (columns - width / 2) / scale, (height / 2 - rows) / scale
        if recipe["target"] == "hyperbolic":
            return MODELS["poincare"].to_space(np.column_stack([x, y]))[0]
        if recipe["target"] == "rosette":
            return np.column_stack([x, y, np.ones_like(x)])
        return np.column_stack([np.sqrt(np.maximum(1 - x * x - y * y, 0)), x, y])

    a, b = (points(*place[:, None])[0] for place in (start, end))
    if recipe["target"] == "hyperbolic":
        there = translation(b)
        motion = there @ translation(np.linalg.inv(there) @ a) @ np.linalg.inv(there)
    elif recipe["target"] == "rosette":  # as a wheel turns
        angles = [np.arctan2(y, x) for x, y, _ in (b, a)]
        motion = rotation(np.array([0, 0, 1]), angles[1] - angles[0])
    else:
        motion = rotation(np.cross(b, a), np.arccos(a @ b))
    assert recipe["target"] == "rosette" or np.allclose(motion @ b, a, atol=1e-9)

    # resolved: where a pixel shows not much more than one of the picture's own does
    row, column = (k.ravel() for k in np.indices((height, width)))
    radius = np.hypot(column + 0.5 - width / 2, row + 0.5 - height / 2) / scale
    resolved = np.flatnonzero(radius < (0.5 if recipe["target"] == "hyperbolic" else 0.8))
    resolved = np.random.default_rng(0).choice(resolved, 10_000, replace=False)
    row, column = row[resolved], column[resolved]
    parts = [
        _painted(recipe, points(column + dx, row + dy) @ motion.T)
        for dx in (0.25, 0.75)
        for dy in (0.25, 0.75)
    ]
    off = np.abs(seen[row, column] - 255 * np.mean(parts, axis=0))
    assert np.quantile(off, 0.99) <= 3
    assert off.mean() <= 0.7


def _painted(recipe: dict, points: np.ndarray) -> np.ndarray:
    """Plasma as the service paints it, seen at points (n, 3): in 0..1."""
    design = make_scene(parse_recipe(recipe)).design(recipe["size"])
    paint = design.laid_out(plasma_paper(3))
    return special.expit(design.fold(points).apply(paint, design.frame))


@pytest.mark.parametrize("name", ["46", "432", "spiral", "rosette"])
def test_what_is_baked_is_seen_while_things_move(opened, tmp_path, name):
    """On a machine without a GPU, as here: half as many pixels, of the picture that is drawn
    finely afterwards."""
    receipt = write_painting(tmp_path, RECIPES[name] | {"size": 1024})
    page = opened(receipt, 1040, 1184)
    page.wait_for_selector("canvas[data-ready]")
    moving = page.evaluate(
        """() => new Promise((resolve) => {
          const canvas = document.getElementById("picture");
          canvas.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowLeft" }));
          requestAnimationFrame(() => resolve(canvas.toDataURL()));
        })"""
    )
    content = base64.b64decode(moving.partition(",")[2])
    seen = Image.open(io.BytesIO(content)).convert("RGB")
    after = Image.fromarray(drawn(page).astype(np.uint8)).resize(seen.size, Image.Resampling.BOX)
    assert seen.width == 512
    off = np.abs(np.asarray(seen).astype(int) - np.asarray(after))
    assert np.median(off) <= 3 and off.mean() <= 6


def test_dragging_goes_on_without_end(opened, tmp_path):
    """Far out the picture is as sharp as in the middle, and its colours follow the rule."""
    page = opened(write_painting(tmp_path, RECIPES["46"] | {"size": 512}))
    first = drawn(page)
    height, width = first.shape[:2]
    for _ in range(20):
        drag(page, (0.5 * width, 0.5 * height), (0.8 * width, 0.5 * height))
    far = drawn(page)
    for _ in range(20):
        drag(page, (0.8 * width, 0.5 * height), (0.5 * width, 0.5 * height))
    assert far.std() > 0.8 * first.std()
    assert np.abs(drawn(page) - first).mean() < 1.5


def test_a_mesh_turns(opened, tmp_path):
    receipt = _mesh(tmp_path)
    page = opened(receipt)
    first = drawn(page)
    assert first.std() > 10
    page.locator("canvas").focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_timeout(500)
    assert np.abs(drawn(page) - first).mean() > 0.5


def _mesh(folder: Path) -> Path:
    import trimesh

    box = trimesh.creation.box()
    box.visual.vertex_colors = np.random.default_rng(0).integers(0, 256, (8, 4)) | [[0, 0, 0, 255]]
    (folder / "painting.glb").write_bytes(box.export(file_type="glb"))
    picture = np.zeros((64, 64, 3), np.uint8)
    recipe = {"target": "sphere", "group": "432", "size": 128}
    return write_painting(
        folder, recipe, picture, projection="uv", picture={"width": 64, "height": 64}
    )


def test_hostile_texts_are_only_texts(opened, tmp_path):
    bad = "</script><script>alert(1)</script><img src=x onerror=alert(2)>"
    receipt = write_painting(tmp_path, RECIPES["p4g"])
    data = json.loads(receipt.read_text("utf-8"))
    data["group"]["name"] = data["colouring"]["name"] = bad
    data["generators"][0]["title"] = bad
    receipt.write_text(json.dumps(data), "utf-8")
    page = opened(receipt)
    assert page.locator("dd", has_text=bad).count() == 3
    assert page.locator("img").count() == 0

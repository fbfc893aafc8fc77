"""Pages as files, through the command: sizes, pixels, lines, refusals."""

from __future__ import annotations

import base64
import io
import re

import numpy as np
import pypdfium2
import pytest
from commands import run_command
from paintings import write_painting
from PIL import Image, ImageCms

from geometry.errors import InputError
from service.printing.ball import Ball
from service.printing.flat import FlatJob, Tile, flat_page
from service.printing.folded import FoldedJob, folded_page
from service.printing.papers import paper_size
from service.printing.subject import read_ball, read_tile

P6 = {"target": "tile", "group": "p6", "colouring": "none", "size": 72}
BRICK = {"target": "tile", "group": "p2", "colouring": "none", "size": 64, "angle": 70}
SPHERE = {"target": "sphere", "group": "532", "colouring": "none", "size": 64}


def run(*arguments):
    return run_command("print", *arguments)


def test_a_png_has_the_pattern_to_the_bit_with_its_size_and_profile(tmp_path):
    painting = write_painting(tmp_path, BRICK)
    run(painting, "--repeat", "2x3", "--mm", 16, "--bleed", 2, "-o", tmp_path / "sheet.png")
    sheet = Image.open(tmp_path / "sheet.png")
    scale = 64 / 16
    assert np.allclose(sheet.info["dpi"], scale * 25.4, atol=0.01)
    profile = ImageCms.ImageCmsProfile(io.BytesIO(sheet.info["icc_profile"]))
    assert "sRGB" in ImageCms.getProfileDescription(profile)
    tile = read_tile(painting)
    height = len(tile.pixels)
    assert tile.skew != 0
    room = round(10 * scale) + 8  # margin, marks, their distance; the bleed
    pixels = np.asarray(sheet)
    for copy in range(3):
        rows = pixels[room + copy * height : room + (copy + 1) * height, room : room + 128]
        assert (rows == np.roll(np.tile(tile.pixels, (1, 2, 1)), copy * tile.skew, axis=1)).all()
    above = pixels[room - 8 : room, room : room + 64]
    assert (above == np.roll(tile.pixels[-8:], -tile.skew, axis=1)).all()


def test_a_strip_goes_on_along_its_length(tmp_path):
    painting = write_painting(tmp_path, {"target": "frieze", "group": "p2mg", "size": 64})
    tile = read_tile(painting)
    height = len(tile.pixels)
    page = flat_page(tile, FlatJob(64, 4, repeat=(3, 1)))
    there = np.tile(tile.pixels, (1, 5, 1))[:, 64 - 4 : 4 * 64 + 4]
    assert (page.picture == there).all()
    assert np.allclose((page.trim.width, page.trim.height), (3 * 64, height - 8))
    with pytest.raises(InputError, match=r"--repeat 3x1"):
        flat_page(tile, FlatJob(64, repeat=(3, 2)))


def test_a_sheet_has_no_more_pixels_than_memory_can_hold():
    wide = Tile(np.zeros((32, 8192, 3), np.uint8), wraps=(True, False))
    with pytest.raises(InputError, match=r"2105344 × 32 pixels; 67 million") as refused:
        flat_page(wide, FlatJob(8192, 0, repeat=(257, 1)))
    assert refused.value.code == "too-large" and "smaller painting" in refused.value.hint


def test_the_lattice_of_a_cell_is_drawn_where_it_is(tmp_path):
    painting = write_painting(tmp_path, P6)
    page = flat_page(read_tile(painting), FlatJob(60, 2, cut="domain"))
    corners = page.lines[0].points[:-1]
    sides = np.linalg.norm(corners - np.roll(corners, 1, axis=0), axis=1)
    assert len(corners) == 6 and np.allclose(sides, sides.mean(), rtol=0.02)
    assert np.isclose(
        6 * sides.mean() ** 2 * np.sqrt(3) / 4, 60 * page.pattern.height / 2, rtol=0.02
    )
    assert page.art.left < corners[:, 0].min() - 1.9 and page.art.right > corners[:, 0].max() + 1.9


def test_a_pdf_shows_what_the_png_does(tmp_path):
    painting = write_painting(tmp_path, SPHERE)
    for end in ("png", "pdf"):
        run(painting, "--net", "cube", "--dpi", 10, "--paper", "A5", "-o", tmp_path / f"net.{end}")
    pdf = pypdfium2.PdfDocument(tmp_path / "net.pdf")
    assert len(pdf) == 1
    assert np.allclose(sorted(pdf[0].get_size()), [148 * 72 / 25.4, 210 * 72 / 25.4], atol=0.01)
    png = Image.open(tmp_path / "net.png").convert("RGB")
    shown = pdf[0].render(scale=4 * 10 / 72).to_pil().convert("RGB").resize(png.size)
    apart = np.abs(np.asarray(shown, float) - np.asarray(png, float)).mean()
    blank = np.abs(255 - np.asarray(png, float)).mean()
    assert apart < blank / 4


def test_a_pdf_says_where_it_is_cut(tmp_path):
    painting = write_painting(tmp_path, P6)
    run(painting, "--mm", 50, "-o", tmp_path / "sheet.pdf")
    page = pypdfium2.PdfDocument(tmp_path / "sheet.pdf")[0]
    left, _, right, _ = page.get_trimbox()
    bleed = page.get_bleedbox()
    assert np.isclose((right - left) / 72 * 25.4, 50, atol=0.01)
    assert np.isclose((left - bleed[0]) / 72 * 25.4, 3, atol=0.5)  # whole pixels


def test_an_svg_holds_one_period_as_a_pattern(tmp_path):
    painting = write_painting(tmp_path, P6)
    run(painting, "--repeat", "5x5", "--mm", 50, "-o", tmp_path / "sheet.svg")
    text = (tmp_path / "sheet.svg").read_text("utf-8")
    pattern = re.search(r'<pattern .*?width="([\d.]+)"', text)
    assert pattern is not None and float(pattern[1]) == 50
    held = base64.b64decode(re.search(r"base64,([^\"]+)", text)[1])
    tile = read_tile(painting).pixels
    assert (np.asarray(Image.open(io.BytesIO(held)))[2:-2, 2:-2] == tile).all()
    assert text.count('class="mark"') == 8


@pytest.mark.parametrize("what", ["tetrahedron", "cube", "octahedron", "dodecahedron", "gores:8"])
def test_nets_show_the_sphere(what):
    """A sphere whose colours are its directions: the middle of the page's paint is where the net
    says, and neighbours across every fold have the same colours."""
    from geometry.sphere.pictures import EQUIRECTANGULAR

    points = EQUIRECTANGULAR.points((64, 128))
    ball = Ball(
        EQUIRECTANGULAR, np.rint(127.5 + 127.5 * points).astype(np.uint8).reshape(64, 128, 3)
    )
    page = folded_page(ball, FoldedJob(what, paper_size("A4"), dpi=11))
    painted = (page.picture != 255).any(axis=2)
    seen = page.picture[painted] / 127.5 - 1
    assert np.abs(np.linalg.norm(seen, axis=1) - 1).max() < 0.1
    # all directions are there, about equally often
    assert np.abs(seen.mean(axis=0)).max() < 0.2
    for line in page.lines:
        assert (line.points >= 0).all() and (line.points <= page.size).all()


def test_edges_have_the_length_that_was_asked_for(tmp_path):
    painting = write_painting(tmp_path, SPHERE)
    page = folded_page(read_ball(painting), FoldedJob("cube", paper_size("A4"), 40, bleed=0))
    folds = [line.points for line in page.lines if line.kind == "fold"]
    assert np.allclose([np.linalg.norm(b - a) for a, b in folds], 40)


REFUSED = {
    "missing-file": ["nothing.json"],
    "bad-dpi": ["tile.png", "--dpi", "300", "--mm", "100"],
    "bad-output": ["tile.png", "-o", "page.doc"],
    "bad-paper": ["ball.png", "--net", "cube", "--paper", "A9"],
    "unknown-net": ["ball.png", "--net", "sphere"],
    "too-large": ["ball.png", "--net", "cube", "--mm", "900"],
    "bad-value": ["ball.png", "--net", "cube", "--bleed", "11"],
}


@pytest.mark.parametrize("code", REFUSED)
def test_what_cannot_be_printed_is_refused_in_a_line(tmp_path, monkeypatch, code):
    monkeypatch.chdir(tmp_path)
    Image.new("RGB", (40, 40)).save("tile.png")
    Image.new("RGB", (64, 32)).save("ball.png")
    with pytest.raises(InputError) as refused:
        run(*REFUSED[code])
    assert refused.value.code == code
    assert sorted(f.name for f in tmp_path.iterdir()) == ["ball.png", "tile.png"]


@pytest.mark.parametrize(
    ("recipe", "arguments", "field"),
    [
        (SPHERE, [], "net"),
        (P6, ["--net", "cube"], "net"),
        (P6 | {"cut": "domain"}, [], "cut"),
        (
            {"target": "hyperbolic", "group": "[4,6]", "colouring": "none", "size": 64},
            ["--repeat", "2x2"],
            "repeat",
        ),
    ],
)
def test_what_a_painting_is_not_is_told(tmp_path, recipe, arguments, field):
    painting = write_painting(tmp_path, recipe)
    with pytest.raises(InputError) as refused:
        run(painting, *arguments)
    assert refused.value.field == field


def test_the_picture_is_not_written_over(tmp_path):
    painting = write_painting(tmp_path, P6)
    with pytest.raises(InputError, match="overwritten"):
        run(painting, "-o", painting.with_suffix(".png"))

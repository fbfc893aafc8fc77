"""Figures as files: pixels and vectors over a picture."""

import base64
import io
from xml.etree import ElementTree

import numpy as np
import pytest
from deliveries import scene_of
from PIL import Image

from service.preview import preview
from service.reporting.figure import figure_files

SVG = "{http://www.w3.org/2000/svg}"


def drawn(target, group, size=96, **fields):
    scene = scene_of(target, group, **fields)
    picture = preview(scene, size, 1, None)
    figure = scene.design(size).figure()
    png, svg = figure_files(figure, picture, 300)
    with Image.open(io.BytesIO(png)) as image:
        assert round(image.info["dpi"][0]) == 300
        return picture, figure, np.asarray(image), ElementTree.fromstring(svg)


@pytest.fixture(scope="module")
def p4g():
    return drawn("tile", "p4g", 128)


def test_the_picture_lies_in_a_white_margin(p4g):
    picture, figure, pixels, _ = p4g
    margin = (len(pixels) - len(picture)) // 2
    assert pixels.shape == tuple(n + 2 * margin for n in picture.shape[:2]) + (3,)
    inside = pixels[margin:-margin, margin:-margin]
    kept = np.zeros(picture.shape[:2], bool)
    kept[7:11, 18:26] = True  # inside of the domain, off all lines
    assert figure.inside[kept].all()
    assert np.array_equal(inside[kept], picture[kept])
    pale = np.s_[70:74, 42:46]
    expected = np.rint(picture[pale].astype(float) / 2 + 127.5)
    assert np.abs(inside[pale] - expected).max() <= 1


def test_symbols_and_lines_have_their_inks(p4g):
    _, figure, pixels, _ = p4g
    margin = (len(pixels) - 128) // 2
    for symbol in figure.symbols:
        x, y = np.rint(symbol.place + margin - 0.5).astype(int)
        red, green, blue = map(int, pixels[y, x])
        assert max(green, blue) < 60
        assert (red > 150) is symbol.named
    middle = next(s for s in figure.strokes if s.kind == "mirror" and not s.named)
    x, y = np.rint(middle.points @ [[1, 0], [0, 1]] + margin).astype(int).mean(axis=0).astype(int)
    assert pixels[y - 2 : y + 3, x - 2 : x + 3].min() < 80


def test_the_vectors_are_those_of_the_pixels(p4g):
    picture, figure, pixels, svg = p4g
    assert (svg.get("width"), svg.get("height")) == (str(pixels.shape[1]), str(pixels.shape[0]))
    image = svg.find(f"{SVG}image")
    data = base64.b64decode(image.get("href").partition(",")[2])
    with Image.open(io.BytesIO(data)) as embedded:
        assert embedded.size == pixels.shape[1::-1]
        clean = np.asarray(embedded)
    margin = (len(pixels) - len(picture)) // 2
    inside = clean[margin:-margin, margin:-margin]
    assert np.array_equal(inside[figure.inside], picture[figure.inside])
    texts = [text.text for text in svg.iter(f"{SVG}text")]
    assert texts == ["r", "m"]
    dashed = [path for path in svg.iter(f"{SVG}path") if path.get("stroke-dasharray")]
    assert len(dashed) == sum(stroke.kind == "glide" for stroke in figure.strokes)
    filled = [path for path in svg.iter(f"{SVG}path") if path.get("fill")]
    assert len(filled) == len(figure.symbols) + 1  # and the gap where the mirror's name stands


def test_what_changes_colours_is_hollow():
    _, figure, pixels, _ = drawn("tile", "p4", 128, colouring="2a")
    margin = (len(pixels) - 128) // 2
    hollow = set()
    for symbol in figure.symbols:
        x, y = np.rint(symbol.place + margin - 0.5).astype(int)
        if pixels[y, x].min() > 200:
            hollow.add((symbol.order, symbol.coloured))
        else:
            assert not symbol.coloured
    assert hollow == {(2, True), (4, True)}


@pytest.mark.parametrize(
    ("target", "group", "fields"),
    [
        ("hyperbolic", "[7,3]", {}),
        ("tile", "p1", {"angle": 70.0, "cut": "cell"}),
        ("sphere", "*", {}),
        ("sphere", "1", {}),
        ("sphere", "x", {}),
        ("sphere", "*2.2.12", {"projection": "octahedral"}),
        ("tile", "p31m", {"torus_map": "{3,6}2,0"}),
    ],
)
def test_every_kind_of_group_is_drawn(target, group, fields):
    picture, _, pixels, svg = drawn(target, group, 64, **fields)
    assert len(pixels) > len(picture)
    assert not any("nan" in path.get("d") for path in svg.iter(f"{SVG}path"))

"""Colour rules in the style's own colours, from the recipe to the receipt."""

import dataclasses
import json

import numpy as np
import pytest
import torch
from deliveries import CPU, delivered, scene_of
from PIL import Image
from receipt_checker import symmetry_errors

from geometry.errors import InputError
from geometry.symmetry.colour_frame import RGB, ColourFrame
from service.cli import main
from service.colours import framed, picture_frame_of
from service.inputs.styles import StylePicture, load_styles
from service.painting.kept import Paint, kept_paint
from service.painting.paint import paint
from service.painting.steering import adjusted, parse_steering
from service.recipe.parsing import parse_recipe
from service.reporting.finish import finish
from service.scene import make_scene
from service.surfaces.surface import make_surface

# about night_strokes'
FRAME = ColourFrame((-0.5, -0.2, 0.2), ((2.1, 0.5, -0.2), (1.4, -0.6, 0.3), (0.1, -1.3, -0.2)))
TILE = {"target": "tile", "group": "p4", "colouring": "4a", "size": 64}


def style(*colours, weight=1.0):
    pixels = np.repeat(np.array(colours, np.uint8), 300, axis=0).reshape(len(colours) * 10, 30, 3)
    return StylePicture("style", weight, pixels, "")


def framed_by(styles, **fields):
    recipe = parse_recipe(TILE | fields)
    return framed(scene_of(**recipe.model_dump(exclude_defaults=True)), recipe, styles).frame


# target, group, fields; and the RMS in 1/255 that random paint may have at 64 pixels
@pytest.mark.parametrize(
    ("target", "group", "fields", "bar"),
    [
        ("tile", "p4", {"colouring": "4a"}, 0.3),
        ("tile", "p4g", {"colouring": "2a"}, 0.3),
        ("tile", "pmm", {"colouring": "6a"}, 0.3),
        ("tile", "p6", {"colouring": "3a", "size": 128}, 0.6),
        ("sphere", "*432", {"colouring": "m=rgb n=-r,g,b o=-r,g,b", "size": 128}, 2.5),
        ("sphere", "332", {"colouring": "3a", "projection": "cube", "size": 96}, 2.5),
        ("hyperbolic", "[4,6]+", {"colouring": "r=-r,-g,-b", "size": 128}, 2.5),
        ("spiral", "spiral3", {"colouring": "r=gbr", "size": 128}, 2.0),
    ],
)
def test_pictures_have_the_symmetry_that_their_receipts_tell(tmp_path, target, group, fields, bar):
    pixels, receipt = delivered(tmp_path, target, group, frame=FRAME, **fields)
    errors = [rms for rms in symmetry_errors(pixels, receipt) if rms is not None]
    assert max(errors) <= bar
    told = [row["rms"] for row in receipt["quality"]["symmetry"]]
    assert np.allclose(told, errors, atol=0.05 + 0.1 * bar)
    assert receipt["colour_frame"]["mean"] == list(FRAME.mean)
    # and no other: in red, green and blue the same picture has no symmetry to speak of
    assert max(symmetry_errors(pixels, receipt | {"colour_frame": None})) > 10


@pytest.mark.parametrize("rule", ["4a", "r=-r,-g,-b s=rgb", "r=-g,r,-b s=g,-r,b"])
def test_where_pixels_go_to_pixels_no_error_is_above_rounding(tmp_path, rule):
    _, receipt = delivered(tmp_path, "tile", "p4", frame=FRAME, colouring=rule)
    assert all(row["worst"] <= 0.5 + 1e-6 for row in receipt["quality"]["symmetry"])


def test_a_tile_begins_with_its_base_in_all_copies():
    """Without any paint it shows what the base's cell becomes in the style's colours, which by
    themselves have the symmetry."""
    y, x = np.mgrid[0:64, 0:64] / 64
    base = np.stack([0.5 + 0.3 * np.sin(2 * np.pi * (x + k * y)) for k in range(3)], axis=-1)
    scene = dataclasses.replace(
        scene_of("tile", "p4", colouring="r=-r,-g,-b"),
        style_frame=FRAME,
        base=(255 * base).astype(np.uint8),
        start="base",
    )
    surface = make_surface(scene, 64, 1, CPU)
    shown = surface.delivered(torch.zeros(64 * 64, 3))
    design = scene.design(64)
    assert np.abs(shown.astype(int) - design.developed(design.base())).max() <= 1
    assert shown.std() > 20
    turned = FRAME.act((-1, -2, -3), np.rot90(shown) / 255)
    assert np.abs(255 * turned - shown).max() < 6


def test_a_rule_that_changes_no_colours_has_no_frame(tmp_path):
    plain, receipt = delivered(tmp_path, "sphere", "332", frame=FRAME)
    same, _ = delivered(tmp_path, "sphere", "332", frame=RGB)
    assert np.array_equal(plain, same) and receipt["colour_frame"] is None


def test_the_frame_is_of_the_styles_by_weight():
    red, blue = style((200, 60, 50), (90, 20, 30)), style((40, 60, 220), (10, 20, 90), weight=3.0)
    (one,) = (framed_by([red]),)
    assert framed_by([red], colours="rgb") == RGB != one
    both = framed_by([red, blue])
    parts = [np.array(framed_by([picture]).mean) for picture in (red, blue)]
    assert np.allclose(both.mean, parts[0] / 4 + 3 * parts[1] / 4)


def test_a_style_of_one_colour_is_refused_where_colours_would_have_to_change():
    with pytest.raises(InputError, match="only one colour") as refused:
        framed_by([style((90, 90, 90))])
    assert refused.value.code == "flat-style" and "--colours rgb" in refused.value.hint
    assert framed_by([style((90, 90, 90))], colouring="none") == RGB
    assert framed_by([style((90, 90, 90))], colours="rgb") == RGB


def test_the_command_line_says_so_in_a_line(tmp_path, capfd):
    Image.new("RGB", (32, 32), (90, 90, 90)).save(tmp_path / "flat.png")
    words = f"tile -g p4 -c 4a --style {tmp_path / 'flat.png'} -o {tmp_path / 'x.png'}".split()
    assert main(words) == 2
    assert "only one colour" in capfd.readouterr().err and not (tmp_path / "x.png").exists()


def test_inks_are_permuted_whether_they_are_given_or_found():
    night = load_styles(parse_recipe(TILE | {"styles": [{"source": "night_strokes"}]}))
    given = framed_by(night, colours="inks", colouring="2a", inks="#1B2A5C,#e8b030")
    found = framed_by(night, colours="inks", group="p6", colouring="3a")
    assert given.inks == ("#1b2a5c", "#e8b030") and len(found.inks) == 3
    for frame, rule, group in ((given, "2a", "p4"), (found, "3a", "p6")):
        inks = np.array([list(bytes.fromhex(ink[1:])) for ink in frame.inks]) / 255
        scene = scene_of("tile", group, colouring=rule)
        for element in scene.colouring.images.values():
            image = frame.act(element, inks)
            assert np.abs(image[:, None] - inks).max(axis=2).min(axis=1).max() < 1e-6
    with pytest.raises(InputError, match="cannot permute 2 inks"):
        framed_by(night, colours="inks", group="p6", colouring="3a", inks="#1b2a5c,#e8b030")
    with pytest.raises(InputError, match="no style to find inks in"):
        framed_by([], colours="inks", colouring="2a", dreams=[{"target": "fire9"}])
    with pytest.raises(InputError, match="Inks are for --colours inks"):
        framed_by(night, inks="#1b2a5c,#e8b030")
    with pytest.raises(InputError, match="not two to four colours"):
        framed_by(night, colours="inks", inks="#1b2a5c")


def test_the_rule_of_inks_stays_while_it_is_painted():
    recipe = parse_recipe(TILE | {"colours": "inks", "colouring": "2a"})
    with pytest.raises(InputError, match="With inks the colour rule stays"):
        adjusted(recipe, {"colouring": "2b"})


def test_the_frame_stays_where_weights_and_rule_are_adjusted():
    """It is that of the styles as submitted, and is kept for a repaint, too."""
    sources = [{"source": "night_strokes"}, {"source": "stained_glass"}]
    recipe = parse_recipe(TILE | {"styles": sources, "colouring": "none", "steps": 3, "views": 1})
    steering = parse_steering(
        recipe, [{"step": 1, "changes": {"colouring": "4a", "styles.1.weight": 50}}]
    )
    scene, styles = make_scene(recipe), load_styles(recipe)
    *_, last = paint(recipe, scene, styles, CPU, steering=steering)
    done = finish(recipe, scene, styles, last)
    frame = framed_by(styles)
    assert done.receipt["colour_frame"]["axes"] == tuple(frame.axes)
    assert max(row["worst"] for row in done.receipt["quality"]["symmetry"]) <= 0.51
    kept = last.paint()
    assert kept.frame == frame
    region = np.zeros((64, 64), bool)
    region[8:40, 8:40] = True
    other = parse_recipe(TILE | {"steps": 2, "views": 1})
    again = kept_paint(make_scene(other), 64, kept, region)
    *_, last = paint(other, make_scene(other), load_styles(other), CPU, before=again)
    assert last.frame == frame != framed_by(load_styles(other))


def test_grey_styles_have_a_frame_that_says_how_it_was_made():
    frame = framed_by([style((30, 30, 30), (200, 200, 200))])
    assert frame.floored == 2
    assert np.allclose(frame.act((-1, 2, 3), np.array([[0.7, 0.7, 0.7]])), 0.23, atol=0.1)


def test_paint_keeps_its_frame():
    logits = np.zeros((1, 4, 4, 3), np.float32)
    for frame in (RGB, FRAME):
        assert Paint.from_bytes(Paint(logits, False, frame=frame).to_bytes()).frame == frame


def test_previews_are_in_the_colours_of_what_they_show(tmp_path):
    picture = (np.random.default_rng(0).random((40, 40, 3)) ** [1, 2, 3] * 255).astype(np.uint8)
    Image.fromarray(picture).save(tmp_path / "in.png")
    shown = {}
    for colours in ("style", "rgb"):
        out = tmp_path / f"{colours}.png"
        words = ["preview", "p4", "--picture", str(tmp_path / "in.png"), "--size", "64"]
        main([*words, "--colouring", "r=r,g,-b", "--colours", colours, "-o", str(out)])
        shown[colours] = np.median(np.asarray(Image.open(out)), axis=(0, 1)) / 255
    mean = 1 / (1 + np.exp(-np.array(picture_frame_of(picture).mean)))
    assert np.abs(shown["style"] - mean).max() < 0.1 < np.abs(shown["rgb"] - mean).max()


def test_offered_frames_are_those_that_are_painted_with():
    from service.describe import frame_rows
    from service.inputs.styles import exemplar_pixels

    recipe = parse_recipe(TILE | {"styles": [{"source": "night_strokes"}]})
    frame = framed_by(load_styles(recipe))
    rows = frame_rows(exemplar_pixels("night_strokes"))
    assert np.allclose(rows, frame.as_array(), atol=1e-4)
    assert json.dumps(rows)

"""The preview, which shows a symmetry without torch, against the surfaces that paint."""

import numpy as np
import pytest
import torch
from deliveries import CPU, delivered, random_paint, scene_of
from PIL import Image
from receipt_checker import symmetry_errors

from service.cli import main
from service.pictures.motif import picture_paper
from service.preview import plasma_paper, preview
from service.surfaces.surface import enlarged_paint, make_surface

# target, group, fields; and the RMS in 1/255 that a picture of a few blots may have at 128 pixels
SCENES = [
    ("tile", "p4g", {"colouring": "2a"}, 0),
    ("tile", "p6", {"colouring": "3a"}, 0.6),
    ("tile", "p2", {"aspect": 1.5, "angle": 65.0}, 0),
    ("tile", "p4", {"torus_map": "{4,4}2,1"}, 0.7),
    ("tile", "p3", {"folds": "1/3"}, 0),
    ("sphere", "532", {}, 5),
    ("sphere", "*432", {"projection": "cube"}, 1e-6),
    ("sphere", "2*3", {"projection": "octahedral", "colouring": "2a"}, 0.6),
    ("sphere", "5x", {"folds": "2/10"}, None),
    ("hyperbolic", "[4,6]+", {"colouring": "2a"}, 0.8),
    ("hyperbolic", "[5+,4]", {"model": "halfplane", "folds": "1/5"}, 0.7),
    ("hyperbolic", "[7,3]", {"model": "conformal"}, 1.1),
    ("spiral", "spiral3", {"colouring": "2a"}, 0.7),
    ("spiral", "spiral1", {"radius": "tunnel"}, 0.6),
]


@pytest.mark.parametrize(("target", "group", "fields", "error"), SCENES)
def test_a_preview_is_what_a_surface_makes_of_the_same_paint(target, group, fields, error):
    """NumPy in float64 against torch in float32, to a grey level."""
    scene = scene_of(target, group, **fields)
    design, surface = scene.design(64), make_surface(scene, 64, 1, CPU)
    logits = random_paint(surface)
    with torch.no_grad():
        size = design.chart_shape[1:]
        paint = enlarged_paint(logits, surface.canvas_shape, size, surface.wrap)
        painted = surface.delivered(logits)
    shown = design.bake(paint.numpy().astype(float))
    assert np.abs(shown.astype(int) - painted).max() <= 1
    assert shown.std() > 5


def soft_picture(seed=4):
    """(96, 96, 3): a few large blots, which every grid resolves."""
    blots = np.random.default_rng(seed).integers(0, 256, (5, 5, 3), dtype=np.uint8)
    return np.asarray(Image.fromarray(blots).resize((96, 96), Image.Resampling.BICUBIC))


@pytest.mark.parametrize(("target", "group", "fields", "error"), SCENES)
def test_a_preview_of_a_picture_has_the_symmetry_that_a_receipt_would_tell(
    tmp_path, target, group, fields, error
):
    scene = scene_of(target, group, **fields)
    design = scene.design(128)
    whole = design.bake(design.laid_out(picture_paper(soft_picture())))
    pixels, receipt = delivered(tmp_path, target, group, picture=whole, size=128, **fields)
    assert np.array_equal(preview(scene, 128, 0, soft_picture()), pixels)
    errors = [rms for rms in symmetry_errors(pixels, receipt) if rms is not None]
    if error is None:  # folded partly: nothing exact is left
        assert not receipt["generators"] and receipt["quality"]["symmetry_rms"] is None
    else:
        assert max(errors) <= error


def test_plasma_is_the_same_cloud_at_every_size():
    """Large texels are means of small ones, up to what they cannot resolve; a seed is a cloud."""
    fine, coarse = plasma_paper(3)((96, 64), 0), plasma_paper(3)((48, 32), 0)
    merged = fine.reshape(48, 2, 32, 2, 3).mean(axis=(1, 3))
    assert np.corrcoef(merged.ravel(), coarse.ravel())[0, 1] > 0.9
    for other in (plasma_paper(4)((48, 32), 0), plasma_paper(3)((48, 32), 1)):
        assert np.corrcoef(other.ravel(), coarse.ravel())[0, 1] < 0.8


def test_plasma_wraps_around_and_is_colourful():
    clouds = 1 / (1 + np.exp(-plasma_paper(0)((80, 120), 0)))
    for axis in (0, 1):
        inside = np.abs(np.diff(clouds, axis=axis)).mean()
        across = np.abs(np.take(clouds, 0, axis) - np.take(clouds, -1, axis)).mean()
        assert across < 1.5 * inside
    assert clouds.std(axis=(0, 1)).min() > 0.1
    assert np.abs(np.diff(clouds, axis=2)).mean() > 0.1


def test_a_picture_is_laid_on_a_chart_with_its_middle_cut_out():
    """A wide picture loses its sides; black and white are finite logits."""
    wide = np.zeros((20, 60, 3), np.uint8)
    wide[:, 20:40] = (255, 128, 0)
    paint = picture_paper(wide)((10, 10), 0)
    assert np.isfinite(paint).all()
    shown = 255 / (1 + np.exp(-paint[5, 2:-2]))
    assert np.abs(shown - (255, 128, 0)).max() < 2


@pytest.mark.parametrize(
    ("target", "group", "fields"),
    [("tile", "p4", {}), ("tile", "pgg", {"aspect": 0.7}), ("tile", "p6m", {}),
     ("tile", "p1", {"aspect": 1.5, "angle": 65.0}), ("tile", "p2", {"angle": 70.0}),
     ("spiral", "spiral3", {})],
)  # fmt: skip
def test_a_picture_is_seen_in_every_copy_of_the_domain_in_its_own_colours(target, group, fields):
    """A red picture with a green spot makes red pictures with green spots and nothing else: copies
    lie beside each other and are not laid over each other."""
    pixels = np.zeros((60, 60, 3), np.uint8)
    pixels[:] = (200, 40, 30)
    pixels[22:38, 22:38] = (30, 180, 60)
    shown = preview(scene_of(target, group, **fields), 128, 0, pixels).reshape(-1, 3).astype(int)
    red, green = (np.abs(shown - c).max(axis=1) < 12 for c in ((200, 40, 30), (30, 180, 60)))
    assert 0.01 < green.mean() < red.mean()
    assert (red | green).mean() > 0.75
    brightness = shown[:, :2].sum(axis=1)  # of the two: 240 and 210; of all of them laid over: more
    assert 165 < brightness.min() < brightness.max() < 285


@pytest.mark.parametrize(
    "words", [["p31m"], ["*2.2.12"], ["[7,3]+", "--model", "band"], ["spiral5"]]
)
def test_the_command_writes_a_preview_and_no_receipt(tmp_path, capsys, words):
    place = tmp_path / "p.png"
    assert main(["preview", *words, "--size", "64", "-o", str(place)]) == 0
    assert words[0] in capsys.readouterr().out
    with Image.open(place) as image:
        assert image.width == 64
    assert list(tmp_path.iterdir()) == [place]


def test_a_figure_lies_beside_the_picture(tmp_path, capsys):
    place = tmp_path / "p.png"
    words = ["--size", "64", "-o", str(place)]
    assert main(["preview", "p3m1", *words]) == 0
    plain = place.read_bytes()
    assert main(["preview", "p3m1", "--figure", *words]) == 0
    said = capsys.readouterr().out
    assert {"p.png", "p_figure.png", "p_figure.svg"} == {f.name for f in tmp_path.iterdir()}
    assert all(str(file) in said for file in tmp_path.iterdir())
    assert place.read_bytes() == plain
    with Image.open(tmp_path / "p_figure.png") as image:
        assert image.width > 64


def test_a_figure_writes_over_nothing_that_is_read_and_spirals_have_none(tmp_path, capfd):
    style = tmp_path / "p_figure.png"
    Image.fromarray(soft_picture()).save(style)
    words = ["--size", "64", "--figure", "-o", str(tmp_path / "p.png")]
    assert main(["preview", "p4", "-p", str(style), *words]) == 2
    assert "would be overwritten" in capfd.readouterr().err
    assert main(["preview", "spiral2", *words]) == 2
    assert capfd.readouterr().err == (
        "error: figure: A spiral has no mirrors and no centres that could be drawn over it. "
        "Leave out --figure.\n"
    )
    assert list(tmp_path.iterdir()) == [style]

"""The preview, which shows a symmetry without torch, against the surfaces that paint."""

import json
import subprocess
import sys

import numpy as np
import pytest
import torch
from deliveries import CPU, delivered, random_paint, scene_of
from PIL import Image
from receipt_checker import symmetry_errors

from service.cli import main
from service.designs import make_design
from service.painting.surfaces import make_surface
from service.painting.views import enlarged_paint
from service.preview import picture_paint, plasma, preview

# target, group, fields; and the RMS in 1/255 that a picture of a few blots may have at 128 pixels
SCENES = [
    ("tile", "p4g", {"colouring": "2a"}, 0),
    ("tile", "p6", {"colouring": "3a"}, 1.3),
    ("tile", "p2", {"aspect": 1.5, "angle": 65.0}, 0),
    ("tile", "p4", {"torus_map": "{4,4}2,1"}, 2.7),
    ("tile", "p3", {"folds": "1/3"}, 0),
    ("sphere", "532", {}, 5),
    ("sphere", "*432", {"projection": "cube"}, 1e-6),
    ("sphere", "2*3", {"projection": "octahedral", "colouring": "2a"}, 0.6),
    ("sphere", "5x", {"folds": "2/10"}, None),
    ("hyperbolic", "[4,6]+", {"colouring": "2a"}, 0.8),
    ("hyperbolic", "[5+,4]", {"model": "halfplane", "folds": "1/5"}, 0.7),
    ("hyperbolic", "[7,3]", {"model": "conformal"}, 1.1),
    ("spiral", "spiral3", {"colouring": "2a"}, 3.5),
    ("spiral", "spiral1", {"radius": "tunnel"}, 1.5),
]


@pytest.mark.parametrize(("target", "group", "fields", "error"), SCENES)
def test_a_preview_is_what_a_surface_makes_of_the_same_paint(target, group, fields, error):
    """NumPy in float64 against torch in float32, to a grey level."""
    scene = scene_of(target, group, **fields)
    design, surface = make_design(scene, 64), make_surface(scene, 64, 1, CPU)
    logits = random_paint(surface)
    with torch.no_grad():
        size = design.chart_shape[1:]
        paint = enlarged_paint(logits, surface.canvas_shape, size, surface.wrap)
        painted = surface.picture(logits)
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
    design = make_design(scene, 128)
    whole = design.bake(picture_paint(soft_picture(), design.chart_shape))
    pixels, receipt = delivered(tmp_path, target, group, picture=whole, size=128, **fields)
    assert np.array_equal(preview(scene, 128, 0, soft_picture()), pixels)
    errors = [rms for rms in symmetry_errors(pixels, receipt) if rms is not None]
    if error is None:  # folded partly: nothing exact is left
        assert not receipt["generators"] and receipt["quality"]["symmetry_rms"] is None
    else:
        assert max(errors) <= error


def test_plasma_is_the_same_cloud_at_every_size():
    """Large texels are means of small ones, up to what they cannot resolve."""
    fine, coarse = plasma((1, 96, 64), 3), plasma((1, 48, 32), 3)
    merged = fine.reshape(48, 2, 32, 2, 3).mean(axis=(1, 3)).reshape(-1, 3)
    assert np.corrcoef(merged.ravel(), coarse.ravel())[0, 1] > 0.9
    assert not np.allclose(plasma((1, 48, 32), 4), coarse)


def test_plasma_wraps_around_and_has_contrast_in_every_channel():
    clouds = plasma((2, 40, 60), 0).reshape(2, 40, 60, 3)
    assert np.abs(clouds.std() - 1.8) < 1e-6 and clouds.std(axis=(0, 1, 2)).min() > 1
    for axis in (1, 2):
        inside = np.abs(np.diff(clouds, axis=axis)).mean()
        across = np.abs(np.take(clouds, 0, axis) - np.take(clouds, -1, axis)).mean()
        assert across < 1.5 * inside
    channels = np.corrcoef(clouds.reshape(-1, 3).T)
    assert np.abs(channels - np.eye(3)).max() < 0.7


def test_a_picture_is_laid_on_every_chart_with_its_middle_cut_out():
    """A wide picture loses its sides; black and white are finite logits."""
    wide = np.zeros((20, 60, 3), np.uint8)
    wide[:, 20:40] = (255, 128, 0)
    paint = picture_paint(wide, (3, 10, 10)).reshape(3, 10, 10, 3)
    assert np.isfinite(paint).all()
    assert np.array_equal(paint[0], paint[2])
    shown = 255 / (1 + np.exp(-paint[0, 5, 2:-2]))
    assert np.abs(shown - (255, 128, 0)).max() < 2


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


def test_a_preview_needs_no_torch(tmp_path):
    code = (
        "import sys, service.cli as c; c.main(['preview', '532', '--size', '64', '-o', 'p.png']);"
    )
    code += "import json; print(json.dumps('torch' in sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True
    )
    assert json.loads(done.stdout.splitlines()[-1]) is False, done.stderr

"""Skies: light as it is painted, the same from every layout."""

from __future__ import annotations

import numpy as np
import OpenEXR
import pytest
from commands import run_command
from paintings import write_painting
from PIL import Image
from scipy import ndimage

from geometry.errors import InputError
from geometry.sphere.pictures import CUBE, EQUIRECTANGULAR, FACES, PROJECTIONS
from service.maps.sky import sky
from service.pictures.files import read_picture
from service.pictures.look import to_linear
from service.printing.subject import read_sphere

SPHERE = {"target": "sphere", "group": "432", "colouring": "none", "size": 64}


def run(*arguments):
    return run_command("sky", *arguments)


def light_of(file):
    with OpenEXR.File(str(file)) as opened:
        return opened.channels()["RGB"].pixels


def test_an_equirectangular_painting_is_the_sky_pixel_for_pixel(tmp_path):
    painting = write_painting(tmp_path, SPHERE)
    run(painting, "--exposure", 1)
    pixels = read_picture(painting.with_suffix(".png"), "picture")[..., :3]
    found = light_of(tmp_path / "painting-sky.exr")
    assert np.allclose(found, 2 * to_linear(pixels / 255), rtol=2e-3, atol=1e-4)


def smooth(projection, width):
    """Colours that differ in every direction: x, y and z."""
    shape = projection.shape(width)
    return np.rint(127.5 + 120 * projection.points(shape).reshape(*shape, 3)).astype(np.uint8)


@pytest.mark.parametrize("name", PROJECTIONS)
@pytest.mark.parametrize("cube", [False, True])
def test_from_a_direction_comes_what_the_ball_shows_at_its_mirror_image(name, cube):
    light = sky(PROJECTIONS[name], smooth(PROJECTIONS[name], 96), 48, cube)
    layout = CUBE if cube else EQUIRECTANGULAR
    rows, columns = np.indices(light.shape[:2]) + 0.5
    direction = layout.to_sphere(rows.ravel(), columns.ravel(), light.shape[:2])
    if not cube:  # as Blender lays it out: the columns go clockwise seen from above
        direction = direction * (1, -1, 1)
    expected = to_linear((127.5 + 120 * direction * (1, -1, 1)) / 255).reshape(light.shape)
    assert np.abs(light - expected).max() < 0.02


def test_bright_light_shines_and_dark_stays():
    pixels = np.zeros((8, 16, 3), np.uint8)
    pixels[2, 3], pixels[5, 5] = 255, 20
    plain, bright = (sky(EQUIRECTANGULAR, pixels, None, highlights=x) for x in (1, 50))
    assert np.allclose(bright[2, 3], 50, rtol=1e-4) and np.allclose(plain[2, 3], 1)
    assert np.allclose(bright[5, 5], plain[5, 5], rtol=0.01)


def test_poles_are_no_seam():
    """Along a meridian and over the pole the light goes on as it does elsewhere."""
    light = sky(CUBE, smooth(CUBE, 192), 128)
    over = np.concatenate([light[::-1, :64], light[:, 64:]])  # down one side, over, down the other
    step = np.abs(np.diff(over, axis=0))
    assert step[63].mean() < 1.5 * ndimage.uniform_filter(step.mean(axis=(1, 2)), 5).max()


def test_six_faces_are_written(tmp_path):
    run(write_painting(tmp_path, SPHERE), "--cube", "--size", 16, "-o", tmp_path / "s.exr")
    assert {f.name for f in tmp_path.glob("s*.exr")} == {f"s_{face}.exr" for face in FACES}
    assert light_of(tmp_path / "s_px.exr").shape == (16, 16, 3)


def test_what_is_no_sky_is_refused(tmp_path):
    tile = {"target": "tile", "group": "p4", "colouring": "none", "size": 64}
    painting = write_painting(tmp_path, tile)
    with pytest.raises(InputError, match=r"not a painting of the sphere\. Paint one"):
        run(painting)
    with pytest.raises(InputError, match=r"End it with \.exr"):
        run(painting, "-o", tmp_path / "sky.png")


def test_more_light_than_a_file_holds_is_refused():
    white = np.full((8, 16, 3), 255, np.uint8)
    assert sky(EQUIRECTANGULAR, white, None, exposure=15).max() == 2**15
    with pytest.raises(InputError, match="65504") as caught:
        sky(EQUIRECTANGULAR, white, None, exposure=16)
    assert caught.value.field == "exposure"


def test_a_single_pixel_is_no_sphere(tmp_path):
    Image.new("RGB", (1, 1)).save(tmp_path / "one.png")
    with pytest.raises(InputError, match="too few for a sphere"):
        read_sphere(tmp_path / "one.png", "picture")

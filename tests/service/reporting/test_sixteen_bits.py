"""Pictures of 16 bits a channel: the same paint in finer steps, as symmetric as with 8."""

import dataclasses
import json

import numpy as np
import png
import pytest
import tifffile
from commands import run_command
from deliveries import CPU, random_paint, scene_of
from PIL import Image
from receipt_checker import symmetry_errors
from scipy import special
from shapes import cube

from geometry.errors import InputError
from geometry.symmetry.colour_frame import ColourFrame
from service.finisher import Finisher
from service.inputs.body import Body
from service.pictures.depth import in_depth, in_eight_bits
from service.recipe.parsing import parse_recipe
from service.reporting.formats import FORMATS, picture_bytes
from service.reporting.mesh_finish import finish_mesh
from service.reporting.quality import measure_quality
from service.scene import make_scene
from service.surfaces.surface import make_surface

SIZE = 96
DTYPES = (np.uint8, np.uint16)
SQUARE = "v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\nvt 0 0\nvt 1 0\nvt 1 1\nvt 0 1\nf 1/1 2/2 3/3 4/4\n"
RGB = {"colouring": "2a", "colours": "rgb"}
SCENES = [
    ("tile", "p4", RGB),
    ("tile", "p31m", RGB),
    ("tile", "p2", {"cut": "cell", "aspect": 1.5, "angle": 65.0}),
    ("frieze", "p2mg", {}),
    ("rosette", "D4", RGB),
    ("sphere", "*432", {"projection": "cube"}),
    ("hyperbolic", "[4,6]+", {}),
    ("spiral", "spiral3", {}),
]
EXACT = {"p4", "p2", "p2mg", "D4"}  # of these all generators that are measured
PAINT = ["-s", "night_strokes", "--size", "64", "--steps", "2", "-q", "draft", "--bits", "16"]


def pictures(target, group, finishing=None, **fields):
    """(8 bits, 16 bits, design) of the same random paint."""
    recipe = parse_recipe(
        {"target": target, "group": group, "size": SIZE, "finishing": finishing or {}, **fields}
    )
    scene = make_scene(recipe)
    surface = make_surface(scene, SIZE, 1, CPU)
    paint, finish = random_paint(surface), Finisher.of(recipe, scene)
    plain, fine = (surface.delivered(paint, finish, dtype) for dtype in DTYPES)
    return plain, fine, scene.design(SIZE)


def sixteen_bits(path):
    """A PNG's pixels (H, W, C); Pillow reads colours as 8 bits."""
    width, height, values, about = png.Reader(filename=str(path)).asDirect()
    assert about["bitdepth"] == 16
    return np.vstack([*values]).reshape(height, width, about["planes"])


@pytest.mark.parametrize(("target", "group", "fields"), SCENES)
def test_it_is_the_usual_picture_in_finer_steps(target, group, fields):
    plain, fine, design = pictures(target, group, **fields)
    assert (plain.dtype, fine.dtype, plain.shape) == (np.uint8, np.uint16, fine.shape)
    assert np.abs(in_eight_bits(fine).astype(int) - plain).max() <= 1
    assert np.abs(fine / 257 - plain).mean() < 0.4  # ¼ where nothing but rounding differs
    assert (fine % 257 > 0).mean() > 0.9
    usual, delivered = (design.trimmed(picture)[0] for picture in (plain, fine))
    assert delivered.dtype == np.uint16 and delivered.shape == usual.shape
    if delivered.shape[2] == 4:
        assert (delivered[..., 3].min(), delivered[..., 3].max()) == (0, 65535)
        assert np.abs(delivered[..., 3] / 257 - usual[..., 3]).max() <= 0.5 + 1e-9


@pytest.mark.parametrize(("target", "group", "fields"), SCENES)
def test_its_symmetry_is_as_exact(target, group, fields):
    plain, fine, design = pictures(target, group, **fields)
    frame = design.picture_frame()
    before, now = (measure_quality(picture, frame) for picture in (plain, fine))
    assert [(e.name, e.exact) for e in now.symmetry] == [(e.name, e.exact) for e in before.symmetry]
    assert now.symmetry_rms <= before.symmetry_rms
    assert (now.symmetry_rms == 0) == (group in EXACT)
    for name, ratio in before.seams.items():
        assert now.seams[name] == pytest.approx(ratio, rel=0.02)


def test_in_the_styles_own_colours_less_is_left_open():
    """Their images are rounded one by one: what is beyond rounding is nothing, of finer steps, too;
    and a picture that is spoilt by half a step of 8 bits is not symmetric with 16."""
    frame = ColourFrame((0.2, -0.1, -0.4), ((0.9, 0.3, 0.1), (0.8, -0.2, 0.3), (0.7, 0.1, -0.4)))
    scene = dataclasses.replace(
        scene_of("tile", "p4", colouring="2a", size=SIZE), style_frame=frame
    )
    surface = make_surface(scene, SIZE, 1, CPU)
    fine, where = surface.delivered(random_paint(surface), None, np.uint16), scene.design(SIZE)
    assert measure_quality(fine, where.picture_frame()).symmetry_rms < 0.01
    fine[: SIZE // 2] += 128
    assert measure_quality(fine, where.picture_frame()).symmetry_rms > 0.1


def test_a_finished_picture_has_finer_steps_too():
    plain, fine, design = pictures("tile", "p4", {"sharpen": 1.0, "contrast": 1.4}, **RGB)
    assert np.abs(fine / 257 - plain).max() <= 0.5 + 1e-9
    assert measure_quality(fine, design.picture_frame()).symmetry_rms == 0


def test_from_8_bits_to_16_and_back():
    few, many = np.arange(256, dtype=np.uint8), np.arange(65536, dtype=np.uint16)
    assert np.array_equal(in_depth(few, np.uint16), 257 * few.astype(int))
    assert np.array_equal(in_eight_bits(in_depth(few, np.uint16)), few)
    assert np.array_equal(in_eight_bits(many), np.rint(many / 257))
    assert np.array_equal(in_depth(few, np.uint8), few) and in_eight_bits(few).dtype == np.uint8


def test_a_mesh_is_made_whole_and_keeps_its_base():
    base = np.random.default_rng(5).integers(0, 256, (SIZE, SIZE, 4), np.uint8)
    mask = np.zeros((SIZE, SIZE), np.uint8)
    mask[20:50, 30:70] = 255
    recipe = parse_recipe({"target": "mesh", "group": "1", "size": SIZE})
    scene = make_scene(recipe, Body(cube(), base=base, mask=mask))
    slope = np.add.outer(np.linspace(0.1, 0.6, SIZE), np.linspace(0, 0.3, SIZE))
    texture = np.rint(65535 * np.dstack([slope, slope**2, 1 - slope])).astype(np.uint16)
    done = finish_mesh(scene, texture, np.ones((8, 8)))
    usual = finish_mesh(scene, in_eight_bits(texture), np.ones((8, 8)))
    assert (done.texture.dtype, done.coverage.dtype) == (np.uint16, np.uint8)
    assert np.array_equal(done.texture[mask == 0], in_depth(base[mask == 0], np.uint16))
    assert np.abs(in_eight_bits(done.texture).astype(int) - usual.texture).max() <= 1
    assert np.abs(done.coverage.astype(int) - usual.coverage).max() <= 1
    for name, ratio in usual.figures.seams.items():
        assert done.figures.seams[name] == pytest.approx(ratio, rel=0.1)


@pytest.mark.parametrize("suffix", FORMATS)
def test_which_formats_hold_it(suffix):
    picture = np.random.default_rng(2).integers(0, 65536, (20, 30, 4), np.uint16)
    if FORMATS[suffix].bits == 8:
        with pytest.raises(InputError, match=r"16 bits a channel, and \w+ holds 8.*\.png or \.tif"):
            picture_bytes(picture, suffix)
    else:
        assert suffix in (".png", ".tif", ".tiff") and picture_bytes(picture, suffix)


def test_a_slow_slope_in_the_dark_has_no_steps():
    """What it is for: as painted it has a few levels of 8 bits, which are seen once it is made
    brighter."""
    design = scene_of("tile", "p1", size=SIZE).design(SIZE)
    slope = -3 + 0.05 * np.sin(2 * np.pi * np.arange(SIZE * SIZE) / SIZE)
    few, many = (design.developed(special.expit(np.tile(slope, (3, 1)).T), x) for x in DTYPES)
    assert len(np.unique(few)) <= 3 and len(np.unique(many)) >= SIZE // 2 - 1
    steps = np.abs(np.diff(many[0].astype(int), axis=0))
    assert steps.max() <= 2 * 0.05 * 2 * np.pi / SIZE * 0.05 * 65535


def test_a_painting_with_16_bits(tmp_path):
    picture = tmp_path / "t.png"
    run_command("tile", "-g", "p4", *PAINT, "-c", "2a", "--colours", "rgb", "-o", picture)
    fine, receipt = sixteen_bits(picture), json.loads(picture.with_suffix(".json").read_text())
    assert receipt["recipe"]["bits"] == 16 and receipt["quality"]["symmetry_rms"] == 0
    assert max(symmetry_errors(fine / 257, receipt)) < 1e-9
    with Image.open(picture) as seen:  # whoever reads 8 bits sees the usual picture
        assert np.abs(np.asarray(seen).astype(int) - in_eight_bits(fine)).max() <= 1


def test_faces_figure_and_film_beside_it(tmp_path):
    run_command("sphere", "-g", "432", "--projection", "cube", *PAINT, "-o", tmp_path / "c.tif")
    whole, face = (tifffile.imread(tmp_path / name) for name in ("c.tif", "c_pz.tif"))
    assert whole.dtype == face.dtype == np.uint16
    assert np.array_equal(face, whole[len(face) :, len(face) : 2 * len(face)])
    run_command("tile", "-g", "p2", *PAINT, "--cut", "cell", "--figure", "-o", tmp_path / "t.png")
    assert sixteen_bits(tmp_path / "t.png").shape[2] == 4
    with Image.open(tmp_path / "t_figure.png") as figure:
        assert figure.mode == "RGB"
    film = tmp_path / "z.webp"
    run_command("spiral", *PAINT, "--loop", film, "--frames", "2", "-o", tmp_path / "s.png")
    assert film.exists() and sixteen_bits(tmp_path / "s.png").shape == (64, 64, 3)


def test_a_mesh_from_the_command_line(tmp_path):
    (tmp_path / "square.obj").write_text(SQUARE)
    run_command("mesh", tmp_path / "square.obj", *PAINT, "--views", "4", "-o", tmp_path / "m.png")
    assert sixteen_bits(tmp_path / "m.png").shape == (64, 64, 3)
    with Image.open(tmp_path / "m_coverage.png") as coverage:
        assert coverage.mode == "RGB"
    assert (tmp_path / "m.glb").stat().st_size < 64 * 64 * 6

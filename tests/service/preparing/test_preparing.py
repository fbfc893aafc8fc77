"""Style pictures prepared before they are painted in."""

import tracemalloc

import numpy as np
import pytest
from PIL import Image
from skimage import color, data

from geometry.errors import InputError
from service.cli import main
from service.finisher import unique_colours
from service.inputs.styles import exemplar_pixels, load_styles
from service.preparing import STEPS, match, prepared
from service.recipe.parsing import parse_recipe
from service.survey.preparing import prepared_style


def smooth(rows=60, columns=90):
    y, x = np.mgrid[:rows, :columns]
    waves = [128 + 100 * np.sin(x / a + y / b) for a, b in ((9, 20), (14, -8), (30, 11))]
    return np.rint(np.stack(waves, axis=2)).astype(np.uint8)


def after(pixels, pictures=None, **steps):
    return prepared(pixels, steps, pictures or {})


def test_without_steps_it_is_the_picture():
    pixels = smooth()
    assert after(pixels) is pixels
    recipe = parse_recipe({"target": "tile", "group": "p4", "styles": [{"source": "a.png"}]})
    assert recipe.styles[0].prepare.used == {}
    for name, step in STEPS.items():
        if step.default is not None:
            changed = after(pixels, **{name: step.default}).astype(int)
            assert np.abs(changed - pixels).max() <= 1, name


def test_crop_and_turn_move_pixels():
    pixels = smooth()
    assert np.array_equal(after(pixels, crop="0.5,0,1,0.5"), pixels[:30, 45:])
    assert np.array_equal(after(pixels, turn=90.0), np.rot90(pixels))
    assert np.array_equal(after(pixels, turn=-180.0), pixels[::-1, ::-1])


@pytest.mark.parametrize("shape", [(60, 90), (90, 60), (64, 64), (30, 120)])
@pytest.mark.parametrize("angle", [3.0, 30.0, -45.0, 100.0])
def test_a_turned_picture_has_no_empty_corner(shape, angle):
    """It is the largest upright rectangle: its corners lie within the turned one, and two or more
    on its sides."""
    found = after(np.full((*shape, 3), 200, np.uint8), turn=angle)
    assert found.min() == 200
    quarters = round(angle / 90)
    height, width = shape[:: -1 if quarters % 2 else 1]
    rest = np.radians(abs(angle - 90 * quarters))
    rows, columns = found.shape[:2]
    down = rows * np.cos(rest) + columns * np.sin(rest)
    across = columns * np.cos(rest) + rows * np.sin(rest)
    assert down <= height + 1e-6 and across <= width + 1e-6
    assert down > height - 3 or across > width - 3


def test_colours():
    pixels = smooth()
    cast = (pixels * (1.0, 0.7, 0.4)).astype(np.uint8)
    balanced = after(cast, white_balance=1.0).astype(float)
    light = ((balanced / 255 + 0.055) / 1.055) ** 2.4
    assert np.ptp(light.mean(axis=(0, 1))) < 0.02 < np.ptp((cast / 255.0).mean(axis=(0, 1)))
    assert after(pixels, contrast=2.0).std() > pixels.std() > after(pixels, contrast=0.5).std()
    assert len(unique_colours(after(pixels, palette="5"))[0]) == 5
    named = unique_colours(after(pixels, palette="#000000,#ffffff"))[0]
    assert named.tolist() == [[0] * 3, [255] * 3]
    other = exemplar_pixels("stained_glass")
    matched = after(pixels, {"match": other}, match="stained_glass")
    gaps = [np.abs(x.mean(axis=(0, 1)) - other.mean(axis=(0, 1))).max() for x in (matched, pixels)]
    assert gaps[0] < 0.5 * gaps[1]


@pytest.mark.parametrize("other", ["stained_glass", "night_strokes"])
def test_a_photograph_in_bright_colours_is_none_the_more_glaring(other):
    """Its colourful pixels, by another measure of colour, are no more so than those of the other
    picture or its own, and light and dark stay in order."""
    photograph, exemplar = data.astronaut()[::4, ::4], exemplar_pixels(other)
    matched = after(photograph, {"match": exemplar}, match=other)
    (light, chroma), (dark, own), (_, most) = map(
        _lightness_and_chroma, (matched, photograph, exemplar)
    )
    assert np.quantile(chroma, 0.95) < max(np.quantile(own, 0.95), np.quantile(most, 0.95))
    assert np.corrcoef(light, dark)[0, 1] > 0.95
    assert np.median(chroma[own < 5]) < 25


def _lightness_and_chroma(pixels):
    lab = color.rgb2lab(pixels).reshape(-1, 3)
    return lab[:, 0], np.hypot(lab[:, 1], lab[:, 2])


def test_its_own_colours_change_nothing():
    pixels = smooth()
    matched = after(pixels, {"match": pixels}, match="itself.png").astype(int)
    assert np.abs(matched - pixels).max() <= 1


def test_denoising_keeps_edges_and_sharpening_makes_them_steeper():
    random = np.random.default_rng(0)
    edge = np.where(np.arange(80)[None, :, None] < 40, 60.0, 200.0) * np.ones((60, 80, 3))
    noisy = np.clip(edge + random.normal(size=edge.shape) * 8, 0, 255).astype(np.uint8)
    calm = after(noisy, denoise=0.6).astype(float)
    assert calm[:, 5:30].std() < 0.5 * noisy[:, 5:30].std()
    assert calm[:, 42].mean() - calm[:, 37].mean() > 110
    assert after(smooth(), sharpen=2.0).std() > smooth().std()


def test_a_recipe_says_it_and_the_picture_is_another():
    def loaded(**steps):
        style = {"source": "night_strokes", "prepare": steps}
        return load_styles(parse_recipe({"target": "tile", "group": "p4", "styles": [style]}))[0]

    plain, turned = loaded(), loaded(turn=90, match="stained_glass")
    assert plain.pixels.shape == turned.pixels.shape[1::-1] + (3,)
    assert plain.sha256 != turned.sha256


def test_a_client_is_shown_the_picture_that_would_be_painted_in():
    own = np.tile(smooth(), (3, 3, 1))
    steps = {"crop": "0,0,1,0.5", "turn": 90.0, "match": "buffer:other"}
    fields = {"source": "buffer:own", "prepare": steps, "size": 64}
    other = exemplar_pixels("night_strokes")
    _, found = prepared_style(fields, {"own": own, "other": other})
    exact = after(own, {"match": other}, **steps)
    assert found["pixels"].shape == (64, 21, 3) and exact.shape == (270, 90, 3)
    assert np.abs(found["pixels"].mean(axis=(0, 1)) - exact.mean(axis=(0, 1))).max() < 2
    with pytest.raises(InputError, match="not known"):
        prepared_style(fields | {"source": "/etc/hostname", "prepare": {}}, {})


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ({"crop": "0,0,2,1"}, "left,top"),
        ({"crop": "0.5,0,0.5,1"}, "Nothing"),
        ({"turn": 400}, "at most 180"),
        ({"turned": 1}, "turn?"),
        ({"match": "nowhere.png"}, "nowhere.png"),
        ({"crop": "0,0,0.01,0.01"}, "smaller than 16"),
    ],
)
def test_what_cannot_be_is_said(steps, said):
    style = {"source": "night_strokes", "prepare": steps}
    with pytest.raises(InputError) as refused:
        load_styles(parse_recipe({"target": "tile", "group": "p4", "styles": [style]}))
    assert said in f"{refused.value.message} {refused.value.hint}"


def test_pictures_of_a_job_are_never_files_of_the_service():
    style = {"source": "night_strokes", "prepare": {"match": "/etc/hostname"}}
    recipe = parse_recipe({"target": "tile", "group": "p4", "styles": [style]})
    with pytest.raises(InputError, match="not known"):
        load_styles(recipe, {})


def test_the_command_writes_it_with_before_and_after(tmp_path, capfd):
    source, made, both = (tmp_path / name for name in ("a.png", "b.png", "both.png"))
    Image.fromarray(smooth()).save(source)
    words = ["style", source, "--set", "crop=0,0,0.5,1", "-o", made, "--preview", both]
    assert not main([str(word) for word in words])
    assert Image.open(made).size == (45, 60) and Image.open(both).size == (135, 60)
    assert main(["style", str(source), "--set", "turn=3", "-o", str(source)])
    assert "overwritten" in capfd.readouterr().err


def test_a_match_holds_no_large_picture_as_numbers():
    small = np.random.default_rng(0).integers(0, 256, (40, 50, 3), dtype=np.uint8)
    large = np.repeat(np.repeat(small, 20, axis=0), 50, axis=1)  # of the same mean and covariance
    colours = np.random.default_rng(1).random((30, 30, 3))
    wanted = match.change(colours, None, small)
    tracemalloc.start()
    try:
        found = match.change(colours, None, large)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert np.abs(found - wanted).max() < 1e-6
    assert most < large.size * 8  # of its numbers alone

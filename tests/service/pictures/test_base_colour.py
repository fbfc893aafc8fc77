"""What a mesh's textures start from, and where paint may go."""

import numpy as np
import pytest
from PIL import Image

from geometry.errors import InputError
from service.pictures.base_colour import fitted, read_base, read_mask
from service.pictures.look import Look

PICTURE = np.random.default_rng(1).integers(0, 256, (64, 64, 4), np.uint8)
PICTURE[..., 3] = 255
BARE, PAINTED = Look("bare"), Look("painted", PICTURE)
FLAT = Look("flat", None, np.uint8([1, 2, 3, 255]))


def test_a_base_keeps_its_size_and_its_bits(tmp_path):
    tall = np.concatenate([PICTURE, PICTURE[::-1]])
    Image.fromarray(tall).save(tmp_path / "b.png")
    np.testing.assert_array_equal(read_base(str(tmp_path / "b.png"), [BARE]), tall)
    np.testing.assert_array_equal(read_base(None, [PAINTED]), PICTURE)


def test_bases_are_stacked_in_the_textures_order_at_the_size_of_the_largest():
    small = Look("small", np.ascontiguousarray(PICTURE[:16, :32]))
    base = read_base(None, [FLAT, PAINTED, BARE, small])
    assert base.shape == (256, 64, 4) and (base[:64] == (1, 2, 3, 255)).all()
    np.testing.assert_array_equal(base[64:128], PICTURE)
    assert len(np.unique(base[128:192].reshape(-1, 4), axis=0)) == 1
    np.testing.assert_allclose(base[192:].mean((0, 1)), small.image.mean((0, 1)), atol=1)


def test_flat_colours_are_a_texel_for_each_texture():
    np.testing.assert_array_equal(read_base(None, [FLAT]), [[(1, 2, 3, 255)]])
    assert read_base(None, [FLAT, BARE]).shape == (2, 1, 4)
    assert read_base(None, [BARE, BARE]) is None
    np.testing.assert_array_equal(
        read_base("#c8b090", [BARE, PAINTED]), [[(0xC8, 0xB0, 0x90, 255)]] * 2
    )


@pytest.mark.parametrize("alpha", [0, 3, 128, 255])
def test_a_single_texel_keeps_its_colour_at_any_size(alpha):
    texel = np.uint8([[[201, 97, 3, alpha]]])
    assert (fitted(texel, (5, 7)) == texel).all() and fitted(texel, (5, 7)).shape == (5, 7, 4)
    assert (fitted(texel[..., 0], (3, 2)) == 201).all()


def test_clear_texels_lend_their_neighbours_no_colour():
    picture = np.zeros((64, 64, 4), np.uint8)
    picture[:, :32] = (200, 100, 50, 255)
    picture[:, 32:] = (0, 255, 0, 0)
    small = fitted(picture, (24, 24))
    solid = small[..., 3] > 40
    assert np.abs(small[solid][:, :3].astype(int) - (200, 100, 50)).max() <= 4
    assert (small[:, -6:] == (0, 255, 0, 0)).all()  # and keep their own


def test_masks_are_grey_times_alpha(tmp_path):
    rows = [[(255, 255, 255, 255), (255, 255, 255, 0)], [(0, 0, 0, 255), (128, 128, 128, 255)]]
    picture = np.repeat(np.repeat(np.uint8(rows), 32, 0), 32, 1)
    Image.fromarray(picture).save(tmp_path / "m.png")
    mask = read_mask(str(tmp_path / "m.png"), [BARE])
    assert mask.shape == (64, 64)
    np.testing.assert_array_equal(mask[::32, ::32], [[255, 0], [0, 128]])
    assert read_mask(None, [BARE]) is None


@pytest.mark.parametrize("read", [read_base, read_mask])
def test_bad_pictures_are_refused(tmp_path, read):
    (tmp_path / "text.png").write_text("no picture")
    cases = [("text.png", [BARE], "bad-image"), ("absent.png", [BARE], "missing-file")]
    for name, looks, code in [*cases, ("absent.png", [BARE, FLAT], "bad-value")]:
        with pytest.raises(InputError) as refused:
            read(str(tmp_path / name), looks)
        assert refused.value.code == code


@pytest.mark.parametrize("side", [13, 40, 96])
def test_masks_are_all_or_nothing_away_from_their_border(side):
    mask = np.zeros((40, 40), np.uint8)
    mask[:, 20:] = 255
    resized = fitted(mask, (side, side))
    far = max(2, side // 20)
    assert (resized[:, : side // 2 - far] == 0).all()
    assert (resized[:, side // 2 + far + 1 :] == 255).all()
    assert (np.diff(resized.astype(int), axis=1) >= 0).all()

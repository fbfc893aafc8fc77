"""What a mesh's textures start from, and where paint may go."""

import numpy as np
import pytest
from PIL import Image

from geometry.errors import InputError
from service.base_colour import fitted, read_base, read_mask
from service.mesh_looks import Look

PICTURE = np.random.default_rng(1).integers(0, 256, (64, 64, 4), np.uint8)
PICTURE[..., 3] = 255
BARE, PAINTED = Look("bare"), Look("painted", PICTURE)
FLAT = Look("flat", None, np.uint8([1, 2, 3, 255]))


def test_a_base_of_the_right_size_is_kept_to_the_bit(tmp_path):
    Image.fromarray(PICTURE).save(tmp_path / "b.png")
    np.testing.assert_array_equal(read_base(str(tmp_path / "b.png"), [BARE], 64), PICTURE)
    np.testing.assert_array_equal(read_base(None, [PAINTED], 64), PICTURE)


def test_bases_are_stacked_in_the_textures_order():
    base = read_base(None, [FLAT, PAINTED, BARE], 64)
    assert base.shape == (192, 64, 4) and (base[:64] == (1, 2, 3, 255)).all()
    np.testing.assert_array_equal(base[64:128], PICTURE)
    assert read_base(None, [BARE, BARE], 64) is None
    assert (read_base("#c8b090", [BARE, FLAT], 32) == (0xC8, 0xB0, 0x90, 255)).all()


def test_clear_texels_lend_their_neighbours_no_colour():
    picture = np.zeros((64, 64, 4), np.uint8)
    picture[:, :32] = (200, 100, 50, 255)
    picture[:, 32:] = (0, 255, 0, 0)
    small = fitted(picture, (24, 24))
    solid = small[..., 3] > 40
    assert np.abs(small[solid][:, :3].astype(int) - (200, 100, 50)).max() <= 4


def test_masks_are_grey_times_alpha(tmp_path):
    rows = [[(255, 255, 255, 255), (255, 255, 255, 0)], [(0, 0, 0, 255), (128, 128, 128, 255)]]
    picture = np.repeat(np.repeat(np.uint8(rows), 32, 0), 32, 1)
    Image.fromarray(picture).save(tmp_path / "m.png")
    mask = read_mask(str(tmp_path / "m.png"), [BARE], 64)
    np.testing.assert_array_equal(mask[::32, ::32], [[255, 0], [0, 128]])
    assert read_mask(None, [BARE], 64) is None


@pytest.mark.parametrize("read", [read_base, read_mask])
def test_bad_pictures_are_refused(tmp_path, read):
    (tmp_path / "text.png").write_text("no picture")
    cases = [("text.png", [BARE], "bad-image"), ("absent.png", [BARE], "missing-file")]
    for name, looks, code in [*cases, ("absent.png", [BARE, FLAT], "bad-value")]:
        with pytest.raises(InputError) as refused:
            read(str(tmp_path / name), looks, 64)
        assert refused.value.code == code

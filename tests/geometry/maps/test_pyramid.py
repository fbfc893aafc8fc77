import numpy as np
import pytest

from geometry.errors import InputError
from geometry.maps.pyramid import build_pyramid, pyramid_offsets, pyramid_shapes


def test_levels_halve_while_both_sides_are_even():
    assert pyramid_shapes((8, 12)) == ((8, 12), (4, 6), (2, 3))
    assert pyramid_shapes((7, 8)) == ((7, 8),)
    assert pyramid_shapes((4, 4)) == ((4, 4), (2, 2), (1, 1))
    assert pyramid_offsets((4, 4)) == (0, 16, 20, 21)


def test_every_texel_of_a_level_is_the_mean_of_its_square():
    texture = np.random.default_rng(0).random((8, 12, 3))
    packed = build_pyramid(texture)
    first, second, third, end = pyramid_offsets((8, 12))
    assert packed.shape == (end, 3)
    assert np.array_equal(packed[:second].reshape(8, 12, 3), texture)
    assert np.allclose(packed[second + 6 * 1 + 4], texture[2:4, 8:10].mean(axis=(0, 1)))
    assert np.allclose(packed[third + 1], texture[0:4, 4:8].mean(axis=(0, 1)))
    assert first == 0


@pytest.mark.parametrize("shape", [(0, 4), (4, -1), (50000, 50000)])
def test_impossible_sizes_are_refused(shape):
    with pytest.raises(InputError) as refused:
        pyramid_shapes(shape)
    assert refused.value.code == "texture-bad-size"

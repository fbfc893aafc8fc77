"""The UV layout as pictures: plain arrays, no Blender."""

from __future__ import annotations

import numpy as np
import pytest

from blender_addon.picture.layout import rasterise, sample


def test_every_covered_centre_is_painted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Random triangles against a test of every centre with every triangle."""
    monkeypatch.setattr("blender_addon.picture.layout.CHUNK", 300)  # many chunks
    uvs = np.random.default_rng(5).uniform(0, 1, (12, 3, 2))
    uvs[0, 1] = uvs[0, 0]  # one without area
    found = rasterise(uvs, 40)
    i, j = np.mgrid[:40, :40]
    centres = np.stack([(j + 0.5) / 40, 1 - (i + 0.5) / 40], axis=-1)
    inside = np.zeros((40, 40), bool)
    for triangle in uvs[1:]:
        edges = np.roll(triangle, -1, axis=0) - triangle
        away = centres[:, :, None] - triangle
        side = edges[:, 0] * away[..., 1] - edges[:, 1] * away[..., 0]
        inside |= (side >= 0).all(axis=-1) | (side <= 0).all(axis=-1)
    painted = np.zeros((40, 40), int)
    np.add.at(painted, (found.rows, found.columns), 1)
    np.testing.assert_array_equal(painted, inside)
    places = np.einsum("nck,nc->nk", uvs[found.triangles], found.weights)
    np.testing.assert_allclose(places, centres[found.rows, found.columns], atol=1e-5)


def test_layouts_wrap_and_islands_have_margins() -> None:
    triangle = np.array([[[0.9, 0.4], [1.2, 0.4], [1.2, 0.6]]])
    found = rasterise(triangle, 100)
    assert {0, 19, 95} <= set(found.columns.tolist()) and found.columns.max() == 99
    picture = found.picture(np.ones((len(found.rows), 1), np.float32))
    assert (picture == 1).all()
    many = np.repeat(triangle * 1e5, 1000, axis=0)  # over thousands of repetitions: soon done
    huge = rasterise(many, 16)
    assert len(huge.rows) == 256


def test_sampling_between_texels_wraps() -> None:
    picture = np.arange(4, dtype=np.float32)[None, :, None] * np.ones((2, 1, 1), np.float32)
    u = np.array([0.125, 0.25, 0.5, 1.0, -0.125])
    read = sample(picture, np.column_stack([u, np.full(5, 0.5)]))[:, 0]
    np.testing.assert_allclose(read, [0, 0.5, 1.5, 1.5, 3])

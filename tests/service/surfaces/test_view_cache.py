"""Views kept on disk are the views that were worked out, and only for what they were worked out."""

import dataclasses
import os
import sys

import numpy as np
import pytest
from shapes import plane, uv_sphere

from geometry.mesh.mesh import make_mesh, make_occluders
from geometry.seeing.surrounding import surrounding_cameras
from geometry.seeing.visibility import trace_ready, view_map
from service.inputs.body import Body
from service.surfaces import view_cache
from service.surfaces.view_cache import cached_view, content_key

BALL = uv_sphere(16, 8)
SHAPE = (32, 32)
CAMERA = surrounding_cameras(BALL, 1, 48)[0]


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.setattr(view_cache, "folder", lambda: tmp_path / "views")
    return tmp_path / "views"


def seen(camera=CAMERA):
    return view_map(trace_ready(BALL), camera, SHAPE, 2)


def never():
    raise AssertionError("this view was kept")


def assert_equal(a, b):
    for name in ("indptr", "indices", "weights"):
        one, two = getattr(a.sampling, name), getattr(b.sampling, name)
        assert one.dtype == two.dtype
        np.testing.assert_array_equal(one, two)
    assert a.sampling.columns == b.sampling.columns
    np.testing.assert_array_equal(a.coverage, b.coverage)
    np.testing.assert_array_equal(a.cosine, b.cosine)


def test_a_cached_view_is_the_same_to_the_bit(place):
    """Also the first time: what is worked out and what is read must paint the same."""
    fresh = seen()
    first = cached_view("key", CAMERA, SHAPE, 2, lambda: fresh)
    assert_equal(cached_view("key", CAMERA, SHAPE, 2, never), first)
    assert len(list(place.iterdir())) == 1
    np.testing.assert_array_equal(first.sampling.indices, fresh.sampling.indices)
    np.testing.assert_allclose(first.sampling.weights, fresh.sampling.weights, rtol=1e-6)
    np.testing.assert_allclose(first.coverage, fresh.coverage, atol=1e-6)
    np.testing.assert_allclose(first.cosine, fresh.cosine, atol=1e-6)


def test_another_question_is_another_view(place):
    cached_view("key", CAMERA, SHAPE, 2, seen)
    moved = dataclasses.replace(CAMERA, lens=CAMERA.lens * (1 + 1e-12))
    for asked in [
        ("other", CAMERA, SHAPE, 2),
        ("key", moved, SHAPE, 2),
        ("key", CAMERA, (32, 64), 2),
        ("key", CAMERA, SHAPE, 4),
    ]:
        with pytest.raises(AssertionError, match="was kept"):
            cached_view(*asked, never)


def test_the_key_is_of_all_that_decides_what_is_seen():
    base = np.full((4, 4, 4), 255, np.uint8)
    holed = base.copy()
    holed[1, 2, 3] = 0
    hiding = make_occluders(plane().vertices, plane().triangles)
    lower = make_occluders(plane().vertices - (0, 0, 1), plane().triangles)
    shifted = make_mesh(BALL.vertices + 1e-9, BALL.triangles, BALL.uvs)
    laid_out = make_mesh(BALL.vertices, BALL.triangles, BALL.uvs * 0.5)
    textures = np.arange(len(BALL.triangles)) % 2
    shared = make_mesh(BALL.vertices, BALL.triangles, BALL.uvs, textures)
    models = [
        Body(BALL),
        *(Body(mesh) for mesh in (shifted, laid_out, shared)),
        Body(BALL, occluders=hiding),
        Body(BALL, occluders=lower),
        Body(BALL, base=holed),
        Body(BALL, base=holed.transpose(1, 0, 2)),
    ]
    keys = [content_key(model) for model in models]
    assert len(set(keys)) == len(keys)
    # what decides nothing: a copy, colours, cameras, a mask
    again = make_mesh(BALL.vertices.copy(), BALL.triangles.copy(), BALL.uvs.copy())
    for model in (
        Body(again),
        Body(BALL, base=base),
        Body(BALL, cameras=(CAMERA,), mask=base[..., 0]),
    ):
        assert content_key(model) == keys[0]
    recoloured = holed.copy()
    recoloured[..., :3] = 7
    assert content_key(Body(BALL, base=recoloured)) == keys[6]


@pytest.mark.parametrize("damage", ["cut", "empty", "other", "array", "fields", "zip"])
def test_a_broken_file_is_made_again(place, damage):
    fresh = cached_view("key", CAMERA, SHAPE, 2, seen)
    (path,) = place.iterdir()
    whole = path.read_bytes()
    if damage == "array":
        with path.open("wb") as stream:
            np.save(stream, np.arange(5))
    elif damage == "fields":
        np.savez(path, columns=3)
    elif damage == "zip":
        path.write_bytes(whole[:200] + bytes(300) + whole[500:])
    else:
        path.write_bytes({"cut": whole[: len(whole) // 2], "empty": b"", "other": b"x"}[damage])
    assert_equal(cached_view("key", CAMERA, SHAPE, 2, lambda: fresh), fresh)
    assert_equal(cached_view("key", CAMERA, SHAPE, 2, never), fresh)  # mended


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setattr(view_cache, "folder", lambda: tmp_path / "file" / "views")
    first = cached_view("key", CAMERA, SHAPE, 2, seen)
    assert_equal(cached_view("key", CAMERA, SHAPE, 2, seen), first)
    assert first.coverage.max() > 0.9


def test_the_ones_used_longest_ago_are_forgotten(place, monkeypatch):
    fresh = seen()
    names = {}
    for k in range(4):
        before = set(place.glob("*"))
        cached_view(f"key{k}", CAMERA, SHAPE, 2, lambda: fresh)
        (names[k],) = set(place.glob("*")) - before
        os.utime(names[k], (1000 + k, 1000 + k))
    cached_view("key0", CAMERA, SHAPE, 2, never)  # used again: now the latest
    size = names[0].stat().st_size
    monkeypatch.setattr(view_cache, "MOST_BYTES", 3 * size)
    cached_view("key4", CAMERA, SHAPE, 2, lambda: fresh)
    assert len(list(place.iterdir())) == 3
    assert [names[k].exists() for k in range(4)] == [True, False, False, True]


def test_what_a_killed_writer_left_goes_and_what_others_write_stays(place):
    fresh = seen()
    cached_view("key", CAMERA, SHAPE, 2, lambda: fresh)
    (whole,) = place.iterdir()
    left, young = (place / f".{whole.name}.{word}.tmp" for word in ("0123abcd", "4567cdef"))
    for path in (left, young):
        path.touch()
    os.utime(left, (1000, 1000))
    cached_view("other", CAMERA, SHAPE, 2, lambda: fresh)
    assert not left.exists() and young.exists() and whole.exists()


def test_the_environment_says_where(tmp_path, monkeypatch, own_view_cache):
    assert view_cache.folder() == own_view_cache / "views"  # of this test run
    monkeypatch.setenv("ORBITEX_CACHE", str(tmp_path))
    assert view_cache.folder() == tmp_path / "views"


@pytest.mark.skipif(sys.platform != "linux", reason="/proc, where root writes neither")
def test_without_a_home_views_are_kept_among_the_temporary_files(tmp_path, monkeypatch):
    monkeypatch.setenv("ORBITEX_CACHE", "/proc/nowhere")
    monkeypatch.setattr("service.cache_folder.spare_folder", lambda: tmp_path)
    assert view_cache.folder() == tmp_path / "views"
    cached_view("key", CAMERA, SHAPE, 2, seen)
    assert len(list((tmp_path / "views").iterdir())) == 1

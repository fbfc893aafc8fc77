"""Views of meshes, kept on disk by the content that decides them: painting the same mesh again,
with another style or seed, starts at once.

A file that cannot be read or written is no error: the view is then worked out.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import service
from geometry.maps.sampling import SamplingMap
from geometry.seeing.cameras import Camera
from geometry.seeing.visibility import ViewMap
from service.cache_folder import cache_folder
from service.inputs.body import Body
from service.whole_files import write_atomically

MOST_BYTES = 2 << 30  # of all files together; the ones used longest ago go first
WRITING_SECONDS = 3600.0  # what is older and not yet whole never will be: its writer was killed
_FORMAT = 1  # to be raised when views are worked out differently
# no file; cut, damaged or not ours: what NumPy makes of it
_UNREADABLE = (OSError, ValueError, KeyError, EOFError, TypeError, zipfile.BadZipFile)


def folder() -> Path:
    """Where views are kept, see :func:`service.cache_folder.cache_folder`."""
    return cache_folder("views")


def content_key(body: Body) -> str:
    """A digest of all that decides what cameras see of a model."""
    digest = hashlib.sha256(f"{service.__version__} {_FORMAT}".encode())
    mesh, occluders = body.mesh, body.occluders
    arrays: list[NDArray[Any]] = [mesh.vertices, mesh.triangles, mesh.uvs, mesh.texture]
    if occluders is not None:
        arrays += [occluders.vertices, occluders.triangles]
    if body.holes is not None:
        arrays.append(body.holes)
    for array in arrays:
        digest.update(repr(array.shape).encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def cached_view(
    key: str, camera: Camera, shape: tuple[int, int], subsamples: int, see: Callable[[], ViewMap]
) -> ViewMap:
    """The view of ``camera`` on textures of ``shape``: from the disk, or from ``see``, and then
    kept. ``key``: see :func:`content_key`."""
    name = hashlib.sha256(f"{key} {camera} {shape} {subsamples}".encode()).hexdigest()
    path = folder() / f"{name}.npz"
    with contextlib.suppress(*_UNREADABLE):
        view = _read(path)
        os.utime(path)
        return view
    kept = _bytes(see())
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, kept)
        _forget_oldest(path.parent)
    return _read(io.BytesIO(kept))  # rounded as it is kept: the next time paints the same


def _read(place: Path | io.BytesIO) -> ViewMap:
    with np.load(place, allow_pickle=False) as kept:
        sampling = SamplingMap(
            int(kept["columns"]),
            kept["indptr"],
            kept["indices"],
            kept["weights"].astype(np.float64),
        )
        return ViewMap(
            sampling, kept["coverage"].astype(np.float64), kept["cosine"].astype(np.float64)
        )


def _bytes(view: ViewMap) -> bytes:
    # Warp works in float32: next to nothing is lost
    stream = io.BytesIO()
    np.savez(
        stream,
        columns=view.sampling.columns,
        indptr=view.sampling.indptr,
        indices=view.sampling.indices,
        weights=view.sampling.weights.astype(np.float32),
        coverage=view.coverage.astype(np.float32),
        cosine=view.cosine.astype(np.float32),
    )
    return stream.getvalue()


def _forget_oldest(place: Path) -> None:
    for path in place.glob(".*.tmp"):
        if path.stat().st_mtime < time.time() - WRITING_SECONDS:
            path.unlink()
    files = sorted((f.stat().st_mtime, f.stat().st_size, f) for f in place.glob("*.npz"))
    total = sum(size for _, size, _ in files)
    for _, size, path in files:
        if total <= MOST_BYTES:
            break
        path.unlink()
        total -= size

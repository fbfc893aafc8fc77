"""Blobs: the contents of buffers, kept once however many jobs name them.

A blob is a file ``<sha256>``: the raw bytes. What has arrived of one that is being uploaded is
``<sha256>.part``. The server's loop alone adds and removes; a worker reads, and removes what it
finds damaged.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from geometry.errors import InputError
from service.serving.jobs.durable import saving, sync_names
from service.serving.protocol.fields import DIGEST
from service.whole_files import write_atomically

SPARE_SECONDS = 3600.0  # how long what no job names is kept
SPARE_BYTES = 2 << 30  # of all that no job names
SPARE_FILES = 256
READ_BYTES = 8 << 20  # at a time, to find the hash of a part again

_FILE = re.compile(rf"({DIGEST})(\.part)?")


def is_digest(value: Any) -> bool:
    """Whether this is a SHA-256 as blobs are named by."""
    return isinstance(value, str) and re.fullmatch(DIGEST, value) is not None


def read_blob(folder: Path, digest: str) -> bytes:
    """The bytes of a blob, proved to be what its name says.

    A damaged one is removed, so that it can be sent again. Raises OSError, and ValueError for
    damage.
    """
    path = folder / digest
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != digest:
        path.unlink(missing_ok=True)
        raise ValueError(f"{digest[:8]} is damaged")
    return data


@dataclass
class _Blob:
    """touched: when it was of use last, in seconds since 1970; hash: of a part, of what is here."""

    size: int
    touched: float
    hash: Any = None


@dataclass
class Blobs:
    """The blobs in ``folder``, which is made when it is needed.

    ``named``: the digests that jobs name. Those stay; others are spare, and are removed after an
    hour, or as soon as they are too many or too large, the oldest first.
    """

    folder: Path
    named: Callable[[], Collection[str]]
    _blobs: dict[str, _Blob] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Find what an earlier service left. Raises OSError."""
        if not self.folder.is_dir():
            return
        for path in self.folder.iterdir():
            if path.match(".*.tmp"):
                path.unlink()  # of a writer that was killed
            if (match := _FILE.fullmatch(path.name)) is None:
                continue
            status = path.stat()
            blob = _Blob(status.st_size, status.st_mtime)
            if match[2] is not None:
                # Before anybody waits for an answer: it takes a second a gigabyte or two.
                blob.hash = _hash_of(path)
                if blob.hash.hexdigest() == match[1]:
                    self._complete(match[1])
                    blob.hash = None
            self._blobs[match[1]] = blob

    def received(self, digest: str) -> int:
        """How many bytes of it are here: all of a blob, the first ones of a part."""
        return self._blobs[digest].size if self._here(digest) else 0

    def has(self, digest: str) -> bool:
        """Whether all of it is here. It then stays for a while: somebody is about to name it."""
        if not self._here(digest) or self._blobs[digest].hash is not None:
            return False
        self.touch(digest)
        return True

    def touch(self, digest: str) -> None:
        """It is of use now."""
        if digest in self._blobs:
            self._blobs[digest].touched = time.time()
            with contextlib.suppress(OSError):
                os.utime(self._path(digest))

    def put(self, data: memoryview) -> str:
        """Keep these bytes; their digest. Raises InputError("not-saved")."""
        digest = hashlib.sha256(data).hexdigest()
        if not self.has(digest):
            self.drop(digest)
            self.sweep(len(data))
            with saving():
                self.folder.mkdir(mode=0o700, exist_ok=True)
                write_atomically(self.folder / digest, data, 0o600)
                sync_names(self.folder)
            self._blobs[digest] = _Blob(len(data), time.time())
        return digest

    def append(self, digest: str, offset: int, size: int, data: memoryview) -> int:
        """Add what lies at ``offset`` of the ``size`` bytes of a blob; how many are here then.

        Only what follows on what is here is taken: else the answer says where to go on. Raises
        InputError: "bad-digest" if it is whole now and is another content, which is dropped then;
        "not-saved", with what was here before still here.
        """
        if self.has(digest):
            return self._blobs[digest].size
        here = self.received(digest)
        if offset == here < size:
            self.sweep(len(data), digest)
            here = self._extend(digest, data)
        if here >= size:
            if here > size or self._blobs[digest].hash.hexdigest() != digest:
                self.drop(digest)
                raise InputError(
                    "bad-digest",
                    "sha256",
                    "What was sent has another hash.",
                    "It has been dropped. Send it again, from its beginning.",
                )
            with saving():
                self._complete(digest)
            self._blobs[digest].hash = None
        return here

    def drop(self, digest: str) -> None:
        """Remove it, or what is here of it."""
        if digest in self._blobs:
            with contextlib.suppress(OSError):
                self._path(digest).unlink()
            del self._blobs[digest]

    def sweep(self, room: int = 0, but: str | None = None) -> None:
        """Remove what is spare and old, or too much with ``room`` more bytes, ``but`` this one."""
        needed = {*self.named(), but}
        spare = sorted(
            (blob.touched, digest) for digest, blob in self._blobs.items() if digest not in needed
        )
        size = room + sum(self._blobs[digest].size for _, digest in spare)
        too_old = time.time() - SPARE_SECONDS
        for left, (touched, digest) in zip(range(len(spare), 0, -1), spare, strict=True):
            if touched >= too_old and size <= SPARE_BYTES and left <= SPARE_FILES:
                return
            size -= self._blobs[digest].size
            self.drop(digest)

    def _here(self, digest: str) -> bool:
        # A worker may have removed it.
        if digest in self._blobs and not self._path(digest).exists():
            del self._blobs[digest]
        return digest in self._blobs

    def _path(self, digest: str) -> Path:
        part = self._blobs[digest].hash is not None
        return self.folder / (f"{digest}.part" if part else digest)

    def _extend(self, digest: str, data: memoryview) -> int:
        blob = self._blobs.get(digest) or _Blob(0, 0.0, hashlib.sha256())
        path = self.folder / f"{digest}.part"
        with saving():
            self.folder.mkdir(mode=0o700, exist_ok=True)
            number = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
            with os.fdopen(number, "r+b", buffering=0) as stream:
                stream.seek(blob.size)
                left = data
                try:
                    while left:
                        left = left[stream.write(left) :]  # all of it, unless the disk is full
                    os.fsync(number)
                except OSError:
                    stream.truncate(blob.size)
                    raise
        blob.hash.update(data)
        blob.size, blob.touched = blob.size + len(data), time.time()
        self._blobs[digest] = blob
        return blob.size

    def _complete(self, digest: str) -> None:
        (self.folder / f"{digest}.part").rename(self.folder / digest)
        sync_names(self.folder)


def _hash_of(path: Path) -> Any:
    found = hashlib.sha256()
    with path.open("rb") as stream:
        while data := stream.read(READ_BYTES):
            found.update(data)
    return found

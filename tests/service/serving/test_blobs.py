"""The store of blobs: what is in it is what its name says, whatever happens to it and around it."""

import errno
import hashlib
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from service_process import refused

from service.serving.jobs import blobs as blobs_module
from service.serving.jobs.blobs import Blobs, is_digest, read_blob

DATA = bytes(range(256)) * 40


def digest_of(data):
    return hashlib.sha256(data).hexdigest()


DIGEST = digest_of(DATA)


@pytest.fixture
def named():
    return set()


@pytest.fixture
def store(tmp_path, named):
    """Opens the same folder again and again."""
    return lambda: Blobs(tmp_path / "buffers", lambda: named)


def upload(blobs, data, chunk=1000, until=None):
    """Sends chunks from where it stands; how many bytes are there at the end."""
    digest, end = digest_of(data), len(data) if until is None else until
    while (at := blobs.received(digest)) < end:
        assert blobs.append(digest, at, len(data), memoryview(data)[at : min(at + chunk, end)]) > at
    return blobs.received(digest)


def test_an_upload_goes_on_where_it_stopped(store, tmp_path):
    blobs = store()
    assert blobs.received(DIGEST) == 0 and not blobs.has(DIGEST)
    upload(blobs, DATA, until=2500)
    assert blobs.received(DIGEST) == 2500 and not blobs.has(DIGEST)
    blobs = store()  # killed and started again
    assert blobs.received(DIGEST) == 2500
    assert upload(blobs, DATA) == len(DATA) and blobs.has(DIGEST)
    assert read_blob(tmp_path / "buffers", DIGEST) == DATA
    assert [path.name for path in (tmp_path / "buffers").iterdir()] == [DIGEST]
    assert store().has(DIGEST)


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_chunks_in_any_order_and_twice_never_make_another_content(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("any")
    blobs = Blobs(folder / "buffers", set)
    whole = data.draw(st.binary(min_size=1, max_size=60))
    digest = digest_of(whole)
    for _ in range(data.draw(st.integers(1, 12))):
        start = data.draw(st.integers(0, len(whole) - 1))
        end = data.draw(st.integers(start + 1, len(whole)))
        before = blobs.received(digest)
        after = blobs.append(digest, start, len(whole), memoryview(whole)[start:end])
        assert after == (end if start == before else before)
    upload(blobs, whole, chunk=7)
    assert read_blob(blobs.folder, digest) == whole


def test_another_content_is_refused_and_dropped(store):
    blobs = store()
    wrong = bytes(len(DATA))
    with refused("bad-digest"):
        blobs.append(DIGEST, 0, len(DATA), memoryview(wrong))
    assert blobs.received(DIGEST) == 0 and not list(blobs.folder.iterdir())
    blobs.append(DIGEST, 0, len(DATA), memoryview(DATA)[:100])
    with refused("bad-digest"):  # shorter than it was said to be at first
        blobs.append(DIGEST, 100, 50, memoryview(DATA)[:10])
    upload(blobs, DATA)
    assert blobs.has(DIGEST)


def test_the_same_content_is_kept_once(store):
    blobs = store()
    assert blobs.put(memoryview(DATA)) == DIGEST
    written = (blobs.folder / DIGEST).stat().st_ino
    upload(blobs, b"more", until=2)
    assert blobs.put(memoryview(b"more")) == digest_of(b"more")  # whole instead of its part
    assert blobs.put(memoryview(DATA)) == DIGEST
    assert (blobs.folder / DIGEST).stat().st_ino == written
    assert {path.name for path in blobs.folder.iterdir()} == {DIGEST, digest_of(b"more")}
    assert (blobs.folder / DIGEST).stat().st_mode & 0o077 == 0


def test_a_damaged_blob_is_noticed_and_can_be_sent_again(store):
    blobs = store()
    blobs.put(memoryview(DATA))
    with (blobs.folder / DIGEST).open("r+b") as stream:
        stream.seek(5000)
        stream.write(b"!")
    with pytest.raises(ValueError, match="damaged"):
        read_blob(blobs.folder, DIGEST)
    assert not blobs.has(DIGEST) and blobs.received(DIGEST) == 0
    upload(blobs, DATA)
    assert read_blob(blobs.folder, DIGEST) == DATA


def test_what_no_job_names_goes_after_a_while(store, named, monkeypatch):
    blobs = store()
    kept, spare, recent = (blobs.put(memoryview(text)) for text in (b"kept", b"spare", b"recent"))
    upload(blobs, DATA, until=10)
    named.add(kept)
    for digest in (kept, spare):
        blobs._blobs[digest].touched -= blobs_module.SPARE_SECONDS + 1
    blobs.sweep()
    assert blobs.has(kept) and not blobs.has(spare) and blobs.has(recent)
    assert blobs.received(DIGEST) == 10
    monkeypatch.setattr(blobs_module, "SPARE_SECONDS", -1.0)
    named.clear()
    blobs.sweep()
    assert not list(blobs.folder.iterdir())


def test_the_age_service_dieds_the_service(store):
    old, new = (store().put(memoryview(text)) for text in (b"old", b"new"))
    os.utime(store().folder / old, (0, 0))
    blobs = store()
    blobs.sweep()
    assert not blobs.has(old) and blobs.has(new)


def test_spare_blobs_and_parts_are_bounded_oldest_first(store, named, monkeypatch):
    monkeypatch.setattr(blobs_module, "SPARE_BYTES", 1000)
    blobs = store()
    digests = []
    for number in range(20):
        text = bytes([number]) * 300
        digests.append(digest_of(text))
        upload(blobs, text, chunk=150, until=150 if number % 2 else None)
        assert sum(path.stat().st_size for path in blobs.folder.iterdir()) <= 1000
    assert blobs.has(digests[18]) and blobs.received(digests[19]) == 150
    assert not blobs.received(digests[0])
    # The one that grows is never the one that goes, and named ones do not count.
    blobs._blobs[digests[19]].touched = 0
    assert upload(blobs, bytes([19]) * 300, chunk=150) == 300
    named.update(digests)
    big = blobs.put(memoryview(bytes(999)))
    assert blobs.has(big) and blobs.has(digests[18])
    monkeypatch.setattr(blobs_module, "SPARE_BYTES", 1 << 20)
    monkeypatch.setattr(blobs_module, "SPARE_FILES", 2)
    named.clear()
    blobs.sweep()
    assert len(list(blobs.folder.iterdir())) == 2


def test_a_full_disk_leaves_what_was_here(store, monkeypatch):
    blobs = store()
    upload(blobs, DATA, until=2000)

    def full(number):
        raise OSError(errno.ENOSPC, "full")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        for offset in (2000, 2000):
            with refused("not-saved") as caught:
                blobs.append(DIGEST, offset, len(DATA), memoryview(DATA)[2000:3000])
            assert os.strerror(errno.ENOSPC) in str(caught.value)
        with refused("not-saved"):
            blobs.put(memoryview(b"another"))
    assert blobs.received(DIGEST) == 2000
    assert [path.stat().st_size for path in blobs.folder.iterdir()] == [2000]
    upload(blobs, DATA)
    assert read_blob(blobs.folder, DIGEST) == DATA


def test_digests_are_told_from_paths():
    assert is_digest(DIGEST)
    for other in (
        DIGEST[:-1],
        DIGEST.upper(),
        "../" + DIGEST[3:],
        DIGEST + "\n",
        5,
        None,
        "x" * 64,
    ):
        assert not is_digest(other)

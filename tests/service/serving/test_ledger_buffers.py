"""Buffers that jobs share: uploads, blobs, and how long they stay."""

import hashlib

import numpy as np
from ledgers import FAULT, altered, inputs, names
from service_process import refused

from service.recipe.recipe import Recipe
from service.serving.jobs import blobs
from service.serving.jobs.job import Inputs, StoredBuffer
from service.serving.protocol.wire import BufferSpec


def test_inputs_come_back_bit_for_bit(opened):
    random = np.random.default_rng(1)
    buffers = {
        "vertices": random.normal(size=(9, 3)),
        "__metadata__": random.normal(size=(2, 2)).astype("<f4"),
        "../../x": np.array([[1, -2]], "<i4"),
        "a line\n": np.array([255], np.uint8),
    }
    buffers["vertices"][0, 0] = np.nan
    cameras = [{"lens": 0.1 + 0.2, "kind": "PERSP", "matrix_world": [[1 / 3] * 4] * 4}]
    recipe = Recipe(target="tile", group="p6", learning_rate=0.0123456789012345678)
    ledger = opened()
    job = ledger.add(Inputs(recipe, cameras, buffers))
    ledger = opened()
    again = ledger.find(job.name)
    assert again.submission == job.submission and again.standing == job.standing
    read = ledger.folder(again).read_inputs()
    assert read.recipe == recipe and read.cameras == cameras
    assert list(read.buffers) == list(buffers)
    for name, array in buffers.items():
        assert read.buffers[name].dtype == array.dtype
        np.testing.assert_array_equal(read.buffers[name], array)


def uploaded(ledger, data, shape=None, name="picture", dtype="|u1"):
    """Inputs that name what was uploaded."""
    digest = hashlib.sha256(data).hexdigest()
    ledger.blobs.append(digest, 0, len(data), memoryview(data))
    return naming(digest, shape or (len(data),), name, dtype)


def naming(digest, shape, name="picture", dtype="|u1"):
    upload = StoredBuffer(BufferSpec(name, dtype, shape), digest)
    return Inputs(Recipe(target="tile", group="p6"), [], {"a": np.array([7], "<i4")}, (upload,))


def test_uploads_and_buffers_of_the_message_are_one(opened):
    ledger = opened()
    job = ledger.add(uploaded(ledger, np.arange(6, dtype="<f4").tobytes(), (2, 3), dtype="<f4"))
    read = opened().folder(job).read_inputs()
    assert read.buffers["a"].tolist() == [7]
    np.testing.assert_array_equal(read.buffers["picture"], [[0, 1, 2], [3, 4, 5]])
    assert read.buffers["picture"].dtype == np.float32


def test_what_is_not_here_or_of_another_size_cannot_be_named(opened):
    ledger = opened()
    with refused("unknown-upload") as caught:
        ledger.add(naming("0" * 64, (4,)))
    assert "'picture'" in str(caught.value)
    data = bytes(100)
    digest = hashlib.sha256(data).hexdigest()
    ledger.blobs.append(digest, 0, 100, memoryview(data)[:99])
    with refused("unknown-upload"):
        ledger.add(naming(digest, (100,)))
    ledger.blobs.append(digest, 99, 100, memoryview(data)[99:])
    for shape, dtype in (((99,), "|u1"), ((100,), "<f4")):
        with refused("bad-buffer"):
            ledger.add(naming(digest, shape, dtype=dtype))
    assert names(ledger) == names(opened()) == []


def test_a_shared_blob_counts_once_and_stays_while_a_job_may_go_on(opened, monkeypatch):
    ledger = opened(max_inputs=150)
    data = bytes(range(100))
    one = uploaded(ledger, data)
    digest = one.uploads[0].sha256
    first = ledger.add(one)
    second, third = ledger.add(one), ledger.add(one)
    with refused("queue-full"):
        ledger.add(Inputs(one.recipe, [], {"b": np.ones(50, np.uint8)}))
    monkeypatch.setattr(blobs, "SPARE_SECONDS", -1.0)  # from now on nothing spare is kept
    ledger.cancel(first)
    ledger.fail(second, FAULT)
    ledger = opened(max_inputs=150)
    ledger.cancel(ledger.find(third.name))
    ledger.forget(ledger.find(third.name))
    assert ledger.folder(second).read_inputs().buffers["picture"].tobytes() == data
    ledger.forget(ledger.find(second.name))
    assert not ledger.blobs.has(digest) and not list(ledger.blobs.folder.iterdir())


def test_what_the_last_job_used_is_still_here_for_the_next(opened):
    ledger = opened()
    given = uploaded(ledger, bytes(100))
    for _ in range(3):
        job = ledger.add(given)
        ledger.blobs._blobs[given.uploads[0].sha256].touched = 0.0  # a long job
        ledger.cancel(job)


def test_a_job_that_cannot_be_read_keeps_its_inputs(opened, monkeypatch):
    """As of a newer release, to which the person goes back."""
    monkeypatch.setattr(blobs, "SPARE_SECONDS", -1.0)
    ledger = opened()
    job = ledger.add(inputs(50))
    order = ledger.folder(job).path / "job.json"
    whole = order.read_bytes()
    altered(order, schema_version=99)
    assert names(opened()) == []
    order.write_bytes(whole)
    again = opened()
    assert again.folder(job).read_inputs().buffers["a"].nbytes == 50

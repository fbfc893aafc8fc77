"""The ledger: jobs in a folder, without a service. What one ledger wrote another one reads."""

import contextlib
import errno
import hashlib
import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from service_process import refused

from service.recipe.parsing import parse_recipe
from service.recipe.recipe import Recipe
from service.reporting import delivery
from service.serving.jobs import archive, blobs
from service.serving.jobs import ledger as ledger_module
from service.serving.jobs.job import Fault, Inputs, Result, Standing, State, StoredBuffer
from service.serving.jobs.job_folder import JobFolder
from service.serving.jobs.ledger import Ledger
from service.serving.jobs.retries import SERVICE_TRIES
from service.serving.protocol.wire import BufferSpec

FAULT = Fault("x", "y", "z", "hint")
TEXTURE = np.random.default_rng(0).integers(0, 256, (5, 7, 4), dtype=np.uint8)


def inputs(size=0):
    buffers = {"a": np.zeros(size, np.uint8)} if size else {}
    return Inputs(Recipe(target="tile", group="p6"), [], buffers)


@pytest.fixture
def opened(tmp_path):
    """Opens the same folder again and again, as services do one after another."""
    ledgers = []

    def open_again(**options):
        while ledgers:
            ledgers.pop().close()
        ledgers.append(Ledger(tmp_path / "jobs", **options))
        return ledgers[-1]

    yield open_again
    open_again().close()


@pytest.fixture
def full_disk(monkeypatch):
    """Within it no file can be written."""

    def full(number):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    @contextlib.contextmanager
    def full_disk():
        with monkeypatch.context() as patch:
            patch.setattr(delivery.os, "fsync", full)
            yield

    return full_disk


def names(ledger, state=None):
    return [job.name for job in ledger.all() if state in (None, job.state)]


def files(ledger, job):
    return {path.name for path in ledger.folder(job).path.iterdir()}


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


def test_jobs_are_first_come_first_served_also_after_a_restart(opened):
    ledger = opened()
    given = [ledger.add(inputs()).name for _ in range(11)]  # 10 comes after 9, not after 1
    assert ledger.next_queued().name == given[0]
    ledger.start(ledger.find(given[0]))
    assert ledger.next_queued().name == given[1]
    ledger.cancel(ledger.find(given[1]))
    ledger.pause(ledger.find(given[2]))
    assert ledger.next_queued().name == given[3]
    ledger = opened()
    assert names(ledger) == given
    assert names(ledger, State.PAUSED) == [given[2]]
    assert ledger.next_queued().name == given[0]  # it was running
    assert ledger.add(inputs()).name.startswith("12-")


def test_every_end_is_remembered(opened):
    ledger = opened()
    finished, failed, cancelled = (ledger.add(inputs(50)) for _ in range(3))
    for job in (finished, failed):
        ledger.start(job)
        ledger.folder(job).write_checkpoint(b"a")
        ledger.checkpoint(job, {"step": 3}, None)
    result = Result(TEXTURE, {"step": 4})
    ledger.folder(finished).write_result(result)
    ledger.finish(finished, result, {"step": 4})
    ledger.fail(failed, FAULT)
    ledger.cancel(cancelled)
    ledger = opened()
    assert [job.state for job in ledger.all()] == ["finished", "failed", "cancelled"]
    again = ledger.result(ledger.find(finished.name))
    assert again.receipt == {"step": 4} and ledger.find(finished.name).step == 4
    np.testing.assert_array_equal(again.texture, TEXTURE)
    with refused("x"):
        ledger.result(ledger.find(failed.name))
    with refused("cancelled"):
        ledger.result(ledger.find(cancelled.name))
    left = {
        job.name: {path.name for path in ledger.folder(job).path.iterdir()} for job in ledger.all()
    }
    assert left[cancelled.name] == {"job.json", "standing.json"}
    assert left[finished.name] == {"job.json", "standing.json", "texture.png", "receipt.json"}
    assert {"checkpoint.safetensors"} < left[failed.name]
    again = ledger.find(failed.name)
    ledger.resume(again)
    assert again.state == "queued" and again.standing.fault is None and again.step == 3
    assert ledger.folder(again).read_checkpoint() == b"a"


def test_a_worker_may_die_once_between_two_checkpoints_of_a_job(opened):
    ledger = opened()
    job = ledger.add(inputs())
    # (step of the checkpoint before it dies, whether that could be written) -> the state then
    for step, warning, state in (
        (3, None, "queued"),
        (5, None, "queued"),
        (6, None, "queued"),
        (9, FAULT, "failed"),
    ):
        job = ledger.find(job.name)
        ledger.start(job)
        ledger.checkpoint(job, {"step": step}, warning)
        ledger.worker_died(job, FAULT, killed=False)
        ledger = opened()
        assert ledger.find(job.name).state == state
    assert ledger.find(job.name).standing.fault == FAULT
    ledger.resume(ledger.find(job.name))
    # Once more the same checkpoint is no progress.
    for state in ("queued", "failed"):
        job = ledger.find(job.name)
        ledger.start(job)
        ledger.checkpoint(job, {"step": 6}, None)
        ledger.worker_died(job, FAULT, killed=False)
        assert job.state == state


def test_services_may_die_some_times_between_two_checkpoints_of_a_job(opened):
    job = opened().add(inputs())

    def die(saved=None, told=False):
        """A service that paints the job, and is killed or told to end."""
        ledger = opened()
        assert ledger.find(job.name).state == "queued"
        opened()  # one that is killed before it paints counts nothing
        ledger = opened()
        ledger.start(ledger.find(job.name))
        if saved is not None:
            ledger.checkpoint(ledger.find(job.name), {"step": saved}, None)
        if told:
            ledger.requeue()
        return opened().find(job.name).standing

    for _ in range(SERVICE_TRIES - 1):
        standing = die()
    assert (standing.state, standing.frugal) == ("queued", False)
    for _ in range(2 * SERVICE_TRIES):
        assert die(told=True) == standing
    assert die(saved=7).outages == 1  # a newer checkpoint clears the count
    for _ in range(SERVICE_TRIES - 2):
        die()
    standing = die(saved=7)  # the same once more is no progress
    assert (standing.state, standing.frugal) == ("queued", True)
    standing = die()
    assert standing.state == "failed" and standing.ended is not None
    assert "killed 6 times" in standing.fault.message
    ledger = opened()
    ledger.resume(ledger.find(job.name))
    for _ in range(SERVICE_TRIES - 1):
        standing = die()
    assert standing.state == "queued"


def test_a_job_of_a_service_that_did_not_count_is_read(opened):
    ledger = opened()
    job = ledger.add(inputs())
    standing = ledger.folder(job).path / "standing.json"
    old = json.loads(standing.read_bytes())
    del old["outages"]
    standing.write_text(json.dumps(old))
    assert opened().find(job.name).standing == job.standing


def test_a_job_that_rests_goes_on_resting_though_it_did_not_fit_into_memory(opened):
    ledger = opened()
    job = ledger.add(inputs())
    ledger.start(job)
    ledger.pause(job)
    ledger.out_of_memory(job, FAULT)  # in the step that it was in
    assert (job.state, job.standing.frugal) == ("paused", True)


def test_what_does_not_fit_into_memory_is_tried_once_with_less(opened):
    ledger = opened()
    killed, out_of_memory = ledger.add(inputs()), ledger.add(inputs())
    for state, frugal in (("queued", False), ("queued", True), ("failed", True)):
        ledger.start(ledger.find(killed.name))
        ledger.worker_died(ledger.find(killed.name), FAULT, killed=True)
        ledger = opened()
        standing = ledger.find(killed.name).standing
        assert (standing.state, standing.frugal) == (state, frugal)
    for state in ("queued", "failed"):
        ledger.start(ledger.find(out_of_memory.name))
        ledger.out_of_memory(ledger.find(out_of_memory.name), FAULT)
        assert ledger.find(out_of_memory.name).state == state


def test_the_queue_is_bounded_in_number_and_bytes(opened):
    ledger = opened(max_jobs=3, max_inputs=100)
    ledger.add(inputs(90))
    with refused("queue-full") as caught:
        ledger.add(inputs(20))
    assert "inputs" in str(caught.value)
    ledger.add(inputs())
    ledger.add(inputs())
    with refused("queue-full") as caught:
        ledger.add(inputs())
    assert "wait already" in str(caught.value)
    assert len(names(opened())) == 3


def test_those_that_ended_last_are_kept_and_never_an_active_one_dropped(opened):
    ledger = opened(keep=3)
    first, *others = [ledger.add(inputs()) for _ in range(6)]
    for job in others:
        ledger.cancel(job)
    assert names(ledger) == [first.name, *[job.name for job in others[2:]]]
    ledger.cancel(first)  # submitted first, ended last
    assert names(ledger) == [first.name, *[job.name for job in others[3:]]]
    assert names(opened(keep=1)) == [first.name]
    with refused("unknown-job"):
        opened().find(others[-1].name)
    for keep in (0, 1 << 20):
        with refused("bad-value"):
            opened(keep=keep)


def test_forgotten_is_gone(opened, tmp_path):
    ledger = opened()
    job = ledger.add(inputs(10))
    ledger.cancel(job)
    ledger.forget(job)
    assert names(ledger) == names(opened()) == []
    assert {path.name for path in (tmp_path / "jobs").iterdir()} == {"lock", "buffers"}


def test_one_service_for_a_folder(opened, tmp_path):
    opened()
    with refused("data-in-use"):
        Ledger(tmp_path / "jobs")
    (tmp_path / "file").touch()
    with refused("bad-data"):
        Ledger(tmp_path / "file" / "jobs")


OUTSIDE = {"name": "a", "dtype": "|u1", "shape": [9], "sha256": "../../secret"}
DAMAGES = {
    "no job": lambda path: (path / "job.json").unlink(),
    "no standing": lambda path: (path / "standing.json").unlink(),
    "cut": lambda path: (path / "job.json").write_bytes((path / "job.json").read_bytes()[:-9]),
    "no JSON": lambda path: (path / "standing.json").write_bytes(bytes(range(256))),
    "deep": lambda path: (path / "standing.json").write_text("[" * 100_000),
    "a list": lambda path: (path / "standing.json").write_text("[1]"),
    "a state": lambda path: altered(path / "standing.json", state="on fire"),
    "progress": lambda path: altered(path / "standing.json", progress=5),
    "fault": lambda path: altered(path / "standing.json", fault={"cod": 1}),
    "a schema": lambda path: altered(path / "job.json", schema_version=99),
    "a recipe": lambda path: altered(path / "job.json", recipe={"target": "tile"}),
    "buffers": lambda path: altered(path / "job.json", buffers=None),
    "a path": lambda path: altered(path / "job.json", buffers=[OUTSIDE]),
    "a file": lambda path: (shutil.rmtree(path), path.write_text("x")),
    "empty": lambda path: (shutil.rmtree(path), path.mkdir()),
}


def altered(path, **changes):
    path.write_text(json.dumps(json.loads(path.read_bytes()) | changes))


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_folder_is_reported_skipped_and_left_alone(opened, caplog, damage):
    ledger = opened()
    bad, good = ledger.add(inputs(9)), ledger.add(inputs(9))
    path = ledger.folder(bad).path
    DAMAGES[damage](path)
    ledger = opened()
    assert names(ledger) == [good.name] and path.exists()
    assert bad.name in caplog.text and "damaged" in caplog.text
    assert ledger.add(inputs()).name.startswith("3-")


@pytest.mark.parametrize("what", ["blob", "job"])
def test_damaged_inputs_are_told_when_they_are_wanted(opened, what):
    ledger = opened()
    job = ledger.add(inputs(1000))
    folder, blob = ledger.folder(job), ledger.blobs.folder / job.submission.buffers[0].sha256
    path = blob if what == "blob" else folder.path / "job.json"
    whole = path.read_bytes()
    for data in (b"", whole[:20], whole[:-2], b"\xff" * 40):
        path.write_bytes(data)
        with refused("damaged-job"):
            folder.read_inputs()
    if what == "blob":  # sent again it is whole again, and the job can be tried again
        assert not blob.exists()
        ledger.add(inputs(1000))
        assert folder.read_inputs().buffers["a"].shape == (1000,)


def test_a_damaged_result_is_told(opened):
    ledger = opened()
    folder = ledger.folder(ledger.add(inputs()))
    with refused("damaged-job"):
        folder.read_result()
    folder.write_result(Result(TEXTURE, {}))
    (folder.path / "texture.png").write_bytes((folder.path / "texture.png").read_bytes()[:60])
    with refused("damaged-job"):
        folder.read_result()


def test_what_a_killed_writer_left_is_swept(opened, tmp_path):
    ledger = opened()
    job = ledger.add(inputs())
    (ledger.folder(job).path / ".checkpoint.safetensors.0123abcd.tmp").touch()
    for name in (".7-0123ab.new", ".8-0123ab.gone"):
        (tmp_path / "jobs" / name).mkdir()
    (tmp_path / "jobs" / "notes").mkdir()  # somebody else's: not ours to remove
    opened()
    assert {path.name for path in (tmp_path / "jobs").iterdir()} == {"lock", job.name, "notes"}
    assert {path.name for path in ledger.folder(job).path.iterdir()} == {
        "job.json",
        "standing.json",
    }


def test_the_size_of_a_folder_whose_files_come_and_go(opened, monkeypatch):
    """As 'service doctor' asks for it while a service writes."""
    ledger = opened()
    folder = ledger.folder(ledger.add(inputs()))
    size = folder.size()
    assert size == sum(path.stat().st_size for path in folder.path.iterdir())
    seen = [*folder.path.iterdir(), folder.path / ".standing.json.0123abcd.tmp"]
    monkeypatch.setattr(Path, "iterdir", lambda path: iter(seen))
    assert folder.size() == size


def test_a_full_disk_refuses_and_leaves_what_was(opened, tmp_path, full_disk, caplog):
    ledger = opened()
    job = ledger.add(inputs())
    folder = JobFolder(ledger.folder(job).path)
    folder.write_checkpoint(b"old")

    with full_disk():
        with refused("not-saved") as caught:
            folder.write_checkpoint(b"new")
        assert "No space left" in str(caught.value)
        with refused("not-saved"):
            ledger.add(inputs(10))
        ledger.pause(job)  # what cannot be kept still holds for now
        assert "No space left" in caplog.text
    assert job.state == "paused" and folder.read_checkpoint() == b"old"
    assert [path.name for path in (tmp_path / "jobs").glob(".*")] == []
    ledger.resume(job)
    folder.write_checkpoint(b"new")
    assert names(opened(), "queued") == [job.name]


# --- buffers that jobs share ---


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


def test_a_job_of_the_last_version_is_left_alone(opened, caplog):
    ledger = opened()
    path = ledger.folder(ledger.add(inputs(9))).path
    altered(path / "job.json", schema_version=1, buffers=["a"], nbytes=9)
    (path / "buffers.safetensors").write_bytes(b"x")
    assert names(opened()) == [] and "damaged" in caplog.text
    assert (path / "buffers.safetensors").exists()


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


def test_an_end_that_cannot_be_kept_costs_no_inputs(opened, full_disk, monkeypatch):
    """The result lies there, but not that the job has finished: after a crash it is painted again,
    so all that this takes must still be there."""
    ledger = opened()
    job = ledger.add(inputs(50))
    ledger.start(job)
    ledger.folder(job).write_checkpoint(b"a")
    monkeypatch.setattr(blobs, "SPARE_SECONDS", -1.0)
    with full_disk():
        ledger.finish(job, Result(TEXTURE, {}), {"step": 4})
        ledger.blobs.sweep()
        again = opened()
        assert names(again, "queued") == [job.name]
    assert again.folder(job).read_inputs().buffers["a"].nbytes == 50
    assert again.folder(job).read_checkpoint() == b"a"


def test_what_a_full_disk_did_not_take_is_written_when_there_is_room(opened, full_disk):
    ledger = opened()
    first, second, third = (ledger.add(inputs(50)) for _ in range(3))
    with full_disk():
        ledger.cancel(first)
        ledger.pause(second)
        ledger.forget(first)
    ledger.start(third)  # any change takes the others along
    assert ledger.folder(second).read_standing().state == "paused"
    with full_disk():
        ledger.cancel(second)
    ledger = opened()
    assert names(ledger) == [second.name, third.name]
    assert names(ledger, "cancelled") == [second.name]
    assert files(ledger, second) == {"job.json", "standing.json"}


def test_a_job_that_was_refused_is_not_there_after_a_restart(opened, monkeypatch):
    def no_more_files(folder):
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    ledger = opened()
    with monkeypatch.context() as patch:
        patch.setattr(archive, "sync_names", no_more_files)
        with refused("not-saved"):
            ledger.add(inputs(10))
    assert names(ledger) == names(opened()) == []


@pytest.mark.parametrize("links", [True, False])
def test_the_paint_that_a_job_keeps_is_that_of_its_moment(opened, monkeypatch, links):
    def no_links(path, target):
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    if not links:
        monkeypatch.setattr(Path, "hardlink_to", no_links)
    ledger = opened()
    job = ledger.add(inputs())
    region = np.full((2, 2), 255, np.uint8)
    with refused("not-painted"):
        ledger.repaint(job, 1, region)
    ledger.folder(job).write_paint(b"then")
    new = ledger.folder(ledger.repaint(job, 1, region))
    ledger.folder(job).write_paint(b"now")
    assert new.read_kept()[0] == b"then"
    shared = (new.path / "kept.safetensors").stat().st_nlink
    again = ledger.folder(ledger.repaint(job, 2, region))
    assert (again.path / "kept.safetensors").stat().st_nlink == 1 + links and shared == 1
    ledger.cancel(job)
    assert again.read_kept()[0] == b"now"


def all_files(folder):
    """All that a job may have, of one that a worker had just finished."""
    folder.write_checkpoint(b"a")
    folder.write_paint(b"a")
    folder.write_kept(folder)
    folder.write_result(Result(TEXTURE, {}))


OUTCOME = {"paint.safetensors", "texture.png", "receipt.json"}
OF_STATE = {"cancelled": set(), "finished": OUTCOME}


@pytest.mark.parametrize("state", OF_STATE)
def test_what_an_ended_job_needs_no_more_goes_also_if_the_service_was_killed_just_then(
    opened, state
):
    ledger = opened()
    job = ledger.add(inputs(50))
    all_files(ledger.folder(job))
    ledger.folder(job).write_standing(Standing(state=State(state), ended=1.0))
    opened()
    assert files(ledger, job) == {"job.json", "standing.json"} | OF_STATE[state]


def test_what_comes_late_of_a_cancelled_job_costs_nothing_that_the_disk_still_needs(
    opened, full_disk
):
    ledger = opened()
    job = ledger.add(inputs(50))
    ledger.start(job)
    all_files(ledger.folder(job))
    before = files(ledger, job)
    with full_disk():
        ledger.cancel(job)
        ledger.clear(job)
        assert files(ledger, job) == before  # it is still running there
    opened()
    assert files(ledger, job) == {"job.json", "standing.json"}


def test_a_worker_that_died_or_was_late_leaves_no_file(opened):
    ledger = opened()
    job = ledger.add(inputs(5))
    ledger.start(job)
    kept = files(ledger, job)
    (ledger.folder(job).path / ".checkpoint.safetensors.0123abcd.tmp").touch()
    ledger.clear(job)
    assert files(ledger, job) == kept
    ledger.cancel(job)
    all_files(ledger.folder(job))
    ledger.clear(job)
    assert files(ledger, job) == {"job.json", "standing.json"}


def test_a_clock_that_is_set_back_retires_no_job_that_has_just_ended(opened, monkeypatch):
    ledger = opened(keep=2)
    given = [ledger.add(inputs()) for _ in range(5)]
    for clock, job in zip((9e9, 1e9, 1e9, 0.0, 2e9), reversed(given), strict=True):
        monkeypatch.setattr(ledger_module.time, "time", lambda clock=clock: clock)
        ledger.cancel(job)
        assert job in ledger.all()
    assert names(ledger, "cancelled") == names(opened(keep=2)) == [given[0].name, given[1].name]


def test_adjustments_end_before_a_receipt_is_too_long_for_a_header(opened):
    ledger = opened()
    styles = [{"source": f"buffer:{'ü' * 60}{number}"} for number in range(16)]
    recipe = parse_recipe({"target": "tile", "group": "p6", "styles": styles})
    job = ledger.add(Inputs(recipe, [], {}))
    with refused("too-large"):
        for number in range(1, 1000):
            ledger.adjust(job, {"styles.0.weight": number / 20})
    assert 10 < len(job.standing.adjustments) < 999
    assert len(json.dumps(job.standing.as_dict())) < 1 << 19

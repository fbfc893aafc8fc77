"""The folder of a ledger: damage, a full disk, what others have left in it, and what goes when."""

import errno
import os
import shutil
from pathlib import Path

import pytest
from ledgers import TEXTURE, altered, files, inputs, names
from service_process import refused

from service.serving.jobs import archive, blobs
from service.serving.jobs.job import Result, Standing, State
from service.serving.jobs.job_folder import JobFolder
from service.serving.jobs.ledger import Ledger


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


def test_a_job_of_the_last_version_is_left_alone(opened, caplog):
    ledger = opened()
    path = ledger.folder(ledger.add(inputs(9))).path
    altered(path / "job.json", schema_version=1, buffers=["a"], nbytes=9)
    (path / "buffers.safetensors").write_bytes(b"x")
    assert names(opened()) == [] and "damaged" in caplog.text
    assert (path / "buffers.safetensors").exists()


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

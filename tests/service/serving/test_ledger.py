"""The ledger: jobs in a folder, without a service. What one ledger wrote another one reads."""

import errno
import json
import os
from pathlib import Path

import numpy as np
import pytest
from ledgers import FAULT, TEXTURE, inputs, names
from service_process import refused

from service.recipe.parsing import parse_recipe
from service.serving.jobs import records
from service.serving.jobs.job import Inputs, Result, State
from service.serving.jobs.retries import SERVICE_TRIES


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


def test_a_clock_that_is_set_back_retires_no_job_that_has_just_ended(opened, monkeypatch):
    ledger = opened(keep=2)
    given = [ledger.add(inputs()) for _ in range(5)]
    for clock, job in zip((9e9, 1e9, 1e9, 0.0, 2e9), reversed(given), strict=True):
        monkeypatch.setattr(records.time, "time", lambda clock=clock: clock)
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

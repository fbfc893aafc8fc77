"""The keeper of one worker, on real processes."""

import pytest
import zmq
from fake_painter import HANG
from service_process import eventually, recipe

from service.recipe import parse_recipe
from service.serving.engines import worker_process
from service.serving.engines.engine import WorkerDied
from service.serving.engines.worker_process import WorkerProcess
from service.serving.jobs.job import Inputs
from service.serving.jobs.ledger import Ledger


@pytest.fixture
def worker():
    """One that may be silent for ever."""
    with zmq.Context() as context:
        keeper = WorkerProcess("fake_painter:fake_painter", "", context, patience=1e6)
        yield keeper
        keeper.close()


def until(worker, condition):
    """All that has happened until the condition came true."""
    events = []

    def looked():
        events.extend(worker.collect())
        return condition()

    assert eventually(looked)
    return events


def test_one_that_hangs_after_a_cancel_is_killed(worker, tmp_path, monkeypatch):
    monkeypatch.setattr(worker_process, "CANCEL_GRACE", 0.2)
    ledger = Ledger(tmp_path)
    job = ledger.add(Inputs(parse_recipe(recipe(group=HANG)), [], {}))
    folder = ledger.folder(job)
    until(worker, lambda: worker.idle)
    worker.paint(job.name, folder, frugal=False)
    until(worker, lambda: folder.log.exists() and "hanging" in folder.log.read_text())
    worker.cancel(job.name)
    *_, died = until(worker, lambda: worker.job is None)
    assert isinstance(died, WorkerDied) and "hung" in died.fault.message and not died.killed
    until(worker, lambda: worker.idle)  # another one
    ledger.close()


def test_a_stranger_who_calls_first_is_no_worker(worker):
    """On a loopback port, where nobody but the token tells them apart."""
    for token in ("", "0" * 32, 7, None):
        call = {"kind": "ready", "token": token, "device": "x", "devices": ["x"], "describe": {}}
        assert worker._event(call, {}) is None and not worker.ready

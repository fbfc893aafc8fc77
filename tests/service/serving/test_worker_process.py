"""The engine of one machine, on a real process."""

import pytest
import zmq
from fake_painter import HANG
from service_process import eventually, recipe

from service.recipe.parsing import parse_recipe
from service.serving.engines import worker_handle
from service.serving.engines.events import WorkerDied
from service.serving.engines.local_engine import LocalEngine
from service.serving.jobs.job import Inputs
from service.serving.jobs.ledger import Ledger


@pytest.fixture
def engine():
    """One whose worker may be silent for ever."""
    with zmq.Context() as context:
        engine = LocalEngine("fake_painter:fake_painter", context, (), patience=1e6)
        yield engine
        engine.close()


def until(engine, condition):
    """All that has happened until the condition came true."""
    events = []

    def looked():
        events.extend(engine.collect())
        return condition()

    assert eventually(looked)
    return events


def test_one_that_hangs_after_a_cancel_is_killed(engine, tmp_path, monkeypatch):
    monkeypatch.setattr(worker_handle, "CANCEL_GRACE", 0.2)
    ledger = Ledger(tmp_path)
    job = ledger.add(Inputs(parse_recipe(recipe(group=HANG)), [], {}))
    folder = ledger.folder(job)
    until(engine, lambda: engine.room)
    engine.paint(job.name, folder, frugal=False)
    until(engine, lambda: folder.log.exists() and "hanging" in folder.log.read_text())
    engine.cancel(job.name)
    *_, died = until(engine, lambda: not engine.jobs)
    assert isinstance(died, WorkerDied) and died.job == job.name
    assert "hung" in died.fault.message and not died.killed
    until(engine, lambda: engine.room)  # another one
    ledger.close()


def test_a_stranger_who_calls_first_is_no_worker(engine):
    """On a loopback port, where nobody but the token tells them apart."""
    (worker,) = engine._workers
    for token in ("", "0" * 32, 7, None):
        call = {"kind": "ready", "token": token, "device": "x", "devices": ["x"], "describe": {}}
        assert worker.take((call, {})) is None and not worker.ready

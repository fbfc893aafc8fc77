"""How many workers the engine of a cluster has. Without Ray: workers are stand-ins here."""

from types import SimpleNamespace

import pytest
import zmq

from service.serving.engines import ray_engine
from service.serving.engines.events import Ready, WorkerDied
from service.serving.engines.ray_cluster import worker_needs
from service.serving.engines.worker_handle import Ended, WorkerHandle
from service.serving.processes import restarts

PATIENCE = 600.0


class StandIn(WorkerHandle):
    """A worker that says what the test lets it say."""

    def __init__(self, ray, painter, needs, ring, restarts, patience):
        super().__init__(restarts, patience)
        self.needs, self.closed = needs, False
        self._said, self._end = [], None

    def messages(self):
        said, self._said = self._said, []
        return said

    def ended(self):
        return self._end

    def close(self):
        self.closed = True

    def _send_job(self, job, folder, frugal):
        pass

    def _send(self, header):
        pass

    def _kill(self):
        self.die("killed")

    def call(self):
        ready = {"kind": "ready", "device": "cpu", "devices": ["cpu"], "describe": {}}
        self._said.append((ready, {}))

    def die(self, reason="as asked"):
        self._end = Ended(reason, killed=True)


@pytest.fixture
def engine(monkeypatch):
    ray = SimpleNamespace(cluster_resources=lambda: {"CPU": 4.0}, shutdown=lambda: None)
    monkeypatch.setattr(ray_engine, "join_cluster", lambda address: ray)
    monkeypatch.setattr(ray_engine, "RayActor", StandIn)
    with zmq.Context() as context:
        engine = ray_engine.RayEngine("painter", context, None, None, PATIENCE)
        yield engine
        engine.close()


@pytest.fixture
def clock(monkeypatch):
    clock = SimpleNamespace(now=100.0)
    monkeypatch.setattr(ray_engine.time, "monotonic", lambda: clock.now)
    return clock


def staff(engine, jobs):
    engine.expect(jobs)
    engine.collect()
    return list(engine._workers)


def test_one_worker_starts_to_say_what_can_be_painted(engine):
    (worker,) = staff(engine, 0)
    assert worker.needs == {"num_cpus": 1.0, "num_gpus": 0.0}
    assert not engine.room
    worker.call()
    assert [type(event) for event in engine.collect()] == [Ready]
    assert engine.room and engine.devices == ["cpu"]


def test_a_job_on_several_gpus_takes_a_core_for_each(engine):
    assert worker_needs(engine._ray, 2.0) == {"num_cpus": 2.0, "num_gpus": 2.0}
    assert worker_needs(engine._ray, 0.5) == {"num_cpus": 1.0, "num_gpus": 0.5}


def test_there_are_as_many_workers_as_jobs_but_few_start_at_a_time(engine):
    (first,) = staff(engine, 1)
    first.call()
    assert len(staff(engine, 3)) == 3
    assert len(staff(engine, 100)) == 1 + ray_engine.STARTING
    engine.paint("1-abc", None, False)
    assert engine.jobs == ["1-abc"] and not engine.room


def test_spare_workers_stay_for_a_while(engine, clock):
    workers = staff(engine, 3)
    for worker in workers[:2]:
        worker.call()
    engine.collect()
    engine.paint("1-abc", None, False)
    busy, idle, starting = workers
    assert staff(engine, 0) == workers  # a short job must not send home who is just starting
    clock.now += ray_engine.SPARE_SECONDS + 1
    staff(engine, 2)  # both are needed again: the while begins anew
    assert staff(engine, 1) == workers
    clock.now += ray_engine.SPARE_SECONDS + 1
    assert staff(engine, 1) == [busy, idle] and starting.closed
    assert staff(engine, 0) == [busy] and idle.closed
    starting.die()
    assert engine.collect() == []  # of one that was sent home


def test_starts_that_fail_are_tried_more_and_more_seldom(engine, clock):
    for failed in range(1, restarts.HOPELESS + 1):
        (worker,) = staff(engine, 1)
        worker.die("no module named service")
        (event,) = engine.collect()
        assert isinstance(event, WorkerDied) and event.hopeless == (failed == 3)
        assert "no module named service" in event.fault.message
        assert staff(engine, 1) == []
        clock.now += 2.0**failed


def test_a_worker_that_hangs_is_killed(engine, clock):
    (worker,) = staff(engine, 1)
    worker.call()
    engine.collect()
    engine.paint("1-abc", None, False)
    clock.now += PATIENCE + 1
    engine.collect()
    (event,) = engine.collect()
    assert event.job == "1-abc" and "hung" in event.fault.message and not event.killed
    assert worker.closed

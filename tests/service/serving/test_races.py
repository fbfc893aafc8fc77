"""Whatever clients ask and workers do, in whatever order it arrives: no job is lost, painted twice
or in a state that its files do not bear out. A server without sockets, on a disk, and an engine
whose messages take their time."""

import shutil
import tempfile
from collections import deque
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from service.reporting import delivery
from service.serving.engines.events import FrameDone, JobFailed, JobFinished, Saved, WorkerDied
from service.serving.jobs import durable
from service.serving.jobs.job import Fault, Result, State
from service.serving.jobs.job_folder import JobFolder
from service.serving.jobs.ledger import Ledger
from service.serving.protocol.wire import decode, encode
from service.serving.server import Server
from service.serving.surveyor import Surveyor

STEPS = 4
WORKERS = 2
RARELY = st.sampled_from([False, False, False, False, False, True])
GONE = "gone"  # the worker's word that it has let go of a job


class Router:
    """Takes what the server sends to clients."""

    def __init__(self):
        self.sent = []

    def send_multipart(self, message, *_, **__):
        client, *frames = message
        self.sent.append((client, decode([bytes(frame) for frame in frames])[0]))


class Worker:
    """Paints ``job``, a step a turn. What it has said is on its way until it is heard."""

    def __init__(self, job, folder):
        self.job, self.folder = job, folder
        self.said, self.orders = deque(), set()
        self.wanted = set()
        self.step = int(folder.read_checkpoint() or 0)
        self.folder.read_inputs()  # are there

    @property
    def busy(self):
        return GONE not in [kind for kind, _ in self.said]

    def say(self, event, last=False):
        self.said.append((GONE if last else "", event))

    def progress(self):
        return {"step": self.step, "steps": STEPS}

    def save(self):
        self.folder.write_checkpoint(str(self.step).encode())
        self.say(Saved(self.job, self.progress(), None))

    def turn(self):
        """As _paint of the worker does it."""
        if self.orders & {"cancel"} or ("pause" in self.orders and not self.step):
            self.say(None, last=True)
            return
        self.step += 1
        for after, size in {wish for wish in self.wanted if wish[0] < self.step}:
            self.wanted.remove((after, size))
            pixels = np.zeros((1, 1, 3), np.uint8)
            self.say(FrameDone(self.job, size, self.progress(), pixels))
        if "finish" in self.orders or self.step >= STEPS:
            result = Result(np.full((2, 2, 3), self.step, np.uint8), {"step": self.step})
            self.folder.write_result(result)
            self.say(JobFinished(self.job, self.progress(), result), last=True)
        elif "pause" in self.orders:
            self.save()
            self.say(None, last=True)
        elif self.step % 2 == 0:
            self.save()


class Engine:
    """Keeps the promises of service.serving.engines.engine.Engine."""

    devices, sockets = ("cpu",), ()

    def __init__(self):
        self.workers = []

    @property
    def room(self):
        return len(self.workers) < WORKERS

    @property
    def jobs(self):
        return [worker.job for worker in self.workers]

    def expect(self, jobs):
        pass

    def paint(self, job, folder, frugal):
        assert self.room and job not in self.jobs
        self.workers.append(Worker(job, folder))

    def _tell(self, job, order):
        for worker in self.workers:
            if worker.job == job:
                worker.orders.add(order)

    def want(self, job, after, max_size):
        for worker in self.workers:
            if worker.job == job:
                worker.wanted.add((after, max_size))

    def finish(self, job):
        self._tell(job, "finish")

    def pause(self, job):
        self._tell(job, "pause")

    def cancel(self, job):
        self._tell(job, "cancel")


class Races(RuleBasedStateMachine):
    """The rules are what may happen next; ``self.ends`` is what was seen to be for good."""

    @initialize()
    def begin(self):
        self.path = Path(tempfile.mkdtemp())
        self.requests, self.accepted, self.ends, self.rest = 0, set(), {}, set()
        self.open()
        for _ in range(3):
            self.submit()

    def open(self):
        self.router, self.engine = Router(), Engine()
        self.ledger = Ledger(self.path)
        self.server = Server(self.router, self.engine, self.ledger, Surveyor("", None))
        self.server._dispatch()

    def teardown(self):
        if hasattr(self, "ledger"):
            self.ledger.close()
            shutil.rmtree(self.path)

    def ask(self, kind, client=b"a", **fields):
        self.requests += 1
        frames = encode({"kind": kind, "id": self.requests, **fields})
        seen = len(self.router.sent)
        self.server._handlers.answer(client, [memoryview(bytes(frame)) for frame in frames])
        self.server._dispatch()
        if kind in ("resume", "finish"):
            self.rest.discard(fields["job"])
        answers = [header for _, header in self.router.sent[seen:]]
        assert all(a["kind"] != "error" or a["error"]["code"] != "internal" for a in answers)
        answer = next((answer for answer in answers if answer["id"] == self.requests), None)
        if kind == "pause" and answer.get("state") == State.PAUSED:
            self.rest.add(fields["job"])
        return answer

    def pick(self, number):
        """One of the jobs; more often one that a worker has."""
        jobs = [*self.engine.jobs, *self.engine.jobs, *(job.name for job in self.ledger.all())]
        return jobs[number % len(jobs)] if jobs else "1-none"

    # --- clients ---

    @precondition(lambda self: len(self.accepted) < 6)
    @rule()
    def submit(self):
        answer = self.ask("submit", recipe={"target": "sphere", "group": "532", "steps": STEPS})
        self.accepted.add(answer["job"])

    @rule(number=st.integers(0, 9), kind=st.sampled_from(["pause", "resume", "cancel", "finish"]))
    def order(self, number, kind):
        answer = self.ask(kind, job=self.pick(number))
        assert answer["kind"] in (kind, "error")

    @precondition(lambda self: self.engine.workers)
    @rule(number=st.integers(0, WORKERS - 1), kinds=st.permutations(["pause", "resume", "cancel"]))
    def orders(self, number, kinds):
        """Of two clients, about a job that is painted, at once."""
        job = self.engine.jobs[number % len(self.engine.jobs)]
        for kind in kinds[:2]:
            self.ask(kind, job=job)

    @rule(
        number=st.integers(0, 5), after=st.integers(-1, STEPS), client=st.sampled_from([b"a", b"b"])
    )
    def frame(self, number, after, client):
        self.ask("frame", client, job=self.pick(number), after=after, max_size=8)

    @precondition(lambda self: any(job.ended for job in self.ledger.all()))
    @rule(number=st.integers(0, 5))
    def forget(self, number):
        ended = [job.name for job in self.ledger.all() if job.ended]
        job = ended[number % len(ended)]
        if self.ask("forget", job=job)["kind"] == "forget":
            self.accepted.discard(job)
            self.ends.pop(job, None)

    # --- workers ---

    def working(self):
        return [worker for worker in self.engine.workers if worker.busy]

    @rule(turns=st.lists(st.tuples(st.booleans(), st.integers(0, WORKERS - 1)), max_size=8))
    def work(self, turns):
        """Some steps of workers, and some of what they say is heard."""
        for is_step, number in turns:
            able = self.working() if is_step else [w for w in self.engine.workers if w.said]
            if able:
                (self.turn if is_step else self.hear)(able[number % len(able)])

    def turn(self, worker):
        try:
            worker.turn()
        except Exception:
            # Its folder may have been forgotten, and nothing else: such a job fails, unheard.
            assert worker.job not in self.accepted
            worker.say(JobFailed(worker.job, Fault("damaged-job", "job", "gone")), last=True)

    def hear(self, worker):
        kind, event = worker.said.popleft()
        if kind == GONE:
            self.engine.workers.remove(worker)
        if event is not None:
            self.server._take(event)
        self.server._dispatch()

    @precondition(lambda self: self.engine.workers)
    @rule(number=st.integers(0, WORKERS - 1), heard=st.booleans(), killed=st.booleans(), it=RARELY)
    def die(self, number, heard, killed, it):
        if not it:
            return
        worker = self.engine.workers[number % len(self.engine.workers)]
        job = worker.job
        while worker.said and heard:
            kind, event = worker.said.popleft()
            job = None if kind == GONE else job
            if event is not None:
                self.server._take(event)
        self.engine.workers.remove(worker)
        fault = Fault("worker-died", "job", "It died.")
        self.server._take(WorkerDied(job, fault, killed, hopeless=False))
        self.server._dispatch()

    @rule(it=RARELY)
    def kill_the_service(self, it):
        if not it:
            return
        self.ledger._records._archive.close()
        self.open()

    # --- what always holds ---

    @invariant()
    def no_job_is_lost(self):
        if not hasattr(self, "ledger"):
            return
        jobs = {job.name: job for job in self.ledger.all()}
        assert jobs.keys() == self.accepted
        for name, job in jobs.items():
            folder = JobFolder(self.path / name)
            assert folder.read_standing().state == job.state or job.state is State.QUEUED
            if job.state is State.RUNNING:
                assert name in self.engine.jobs  # somebody paints it
            elif job.state is State.QUEUED:
                assert not self.engine.room or name in self.engine.jobs
            if job.state is State.FINISHED:
                assert self.ledger.result(job).receipt == {"step": job.step}
            elif job.state is not State.CANCELLED:
                folder.read_inputs()
            if job.ended:
                assert not self.server._watchers.waiting(job)

    @invariant()
    def what_is_for_good_stays(self):
        if not hasattr(self, "ledger"):
            return
        for job in self.ledger.all():
            if job.state in (State.FINISHED, State.CANCELLED):
                assert self.ends.setdefault(job.name, job.state) == job.state
            else:
                assert job.name not in self.ends
                # Only its last step may come before the pause, or its failure.
                assert job.name not in self.rest or job.state in (State.PAUSED, State.FAILED)


@pytest.fixture(autouse=True, scope="module")
def quick_disk():
    """The power does not fail in these tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delivery.os, "fsync", lambda number: None)
        patch.setattr(durable.os, "fsync", lambda number: None)
        yield


class TestRaces(Races.TestCase):
    settings = settings(
        max_examples=30, stateful_step_count=40, deadline=None, print_blob=True, database=None
    )


@pytest.mark.slow
@pytest.mark.timeout(1200)
class TestManyRaces(Races.TestCase):
    settings = settings(
        max_examples=300, stateful_step_count=60, deadline=None, print_blob=True, database=None
    )

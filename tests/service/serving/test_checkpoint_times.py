"""When checkpoints are written, by a clock that the test holds."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geometry.errors import InputError
from service.serving.engines import paint_job
from service.serving.engines.paint_job import CHECKPOINT_SECONDS, MOST_SECONDS, Checkpoints


class Clock:
    def __init__(self):
        self.now = 1000.0

    def monotonic(self):
        return self.now


class Disk:
    """A job's folder that takes its time."""

    def __init__(self, clock, seconds=0.0):
        self.clock, self.seconds, self.full, self.kept = clock, seconds, False, None

    def write_checkpoint(self, data):
        self.clock.now += self.seconds
        if self.full:
            raise InputError("not-saved", "data", "full")
        self.kept = int(b"".join(data))

    def write_paint(self, data):
        pass


def step_of(number):
    data = str(number).encode()
    checkpoint = SimpleNamespace(parts=lambda: [data])
    paint = SimpleNamespace(parts=lambda: data)
    return SimpleNamespace(checkpoint=lambda: checkpoint, paint=lambda: paint)


@pytest.fixture(scope="module")
def clock():
    with pytest.MonkeyPatch.context() as patch:
        held = Clock()
        patch.setattr(paint_job, "time", held)
        yield held


@given(
    st.lists(st.one_of(st.floats(0.001, 30), st.just(4.9)), min_size=1, max_size=40),
    st.floats(0, 3),
)
def test_no_more_than_ten_seconds_of_steps_or_one_step_is_lost(clock, lengths, disk_seconds):
    """Whenever the worker is killed: steps that take as long as the one before."""
    disk = Disk(clock, disk_seconds)
    times = Checkpoints(disk, lambda *_: None)
    at_risk = 0.0  # seconds of steps that are not on the disk
    for number, length in enumerate(length for length in lengths for _ in range(3)):
        clock.now += length
        at_risk += length
        steady = number % 3 > 0
        assert not steady or at_risk <= max(MOST_SECONDS, length) + 1e-6
        times.write_if_due(step_of(number))
        if disk.kept == number:
            at_risk = 0.0
        assert at_risk < CHECKPOINT_SECONDS


def test_quick_steps_are_written_only_now_and_then(clock):
    disk, reports = Disk(clock), []
    times = Checkpoints(disk, lambda *given: reports.append(given))
    for number in range(1000):
        clock.now += 0.1
        times.write_if_due(step_of(number))
    assert 10 <= len(reports) <= 13


def test_a_disk_that_is_full_is_tried_again(clock):
    disk, warnings = Disk(clock), []
    times = Checkpoints(disk, lambda progress, warning: warnings.append(warning))
    for number in range(20):
        disk.full = 8 <= number < 16
        clock.now += 2.0
        times.write_if_due(step_of(number))
    assert [warning and warning.code for warning in warnings] == [
        *(None, None, "not-saved", "not-saved", None)
    ]
    assert disk.kept == 19

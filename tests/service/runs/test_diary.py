"""The report of a painting while it is painted."""

import errno
import json
import queue
from datetime import timedelta
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from recorded_runs import RECIPE, picture, run_record

from geometry.errors import InputError
from service.recipe.parsing import parse_recipe
from service.runs import diary as module
from service.runs.diary import PICTURES, SHARE, Diary
from service.runs.folders import writer
from service.runs.record import (
    MAX_SHOTS,
    RECORD,
    REPORT,
    SILENT_SECONDS,
    new_record,
    parse_record,
    read_record,
)

STAGE = 20  # steps of one


class Progress(SimpleNamespace):
    """A step of a painting with as many stages as it takes."""

    def total(self, objective):
        return sum(self.loss.values())

    def texture(self, size):
        assert 0 < size <= module.SIDE
        return picture(self.step, 48)


def progress(step, steps, seconds=1.0):
    return Progress(
        step=step,
        steps=steps,
        stage=(step - 1) // STAGE,
        stages=-(-steps // STAGE),
        width=64 + 32 * ((step - 1) // STAGE),
        stage_ends=step % STAGE == 0 or step == steps,
        loss={"style": 10.0 / step, "colour": 1.0},
        seconds=seconds * step,
        seconds_left=seconds * (steps - step),
        megapixels=0.1 * step,
        device="cpu",
        network="squeezenet",
        precision="float32",
    )


def diary_in(folder, write=None, record=None):
    folder.mkdir(exist_ok=True)
    record = record or new_record("glass", RECIPE, title="Glass", command="service run recipe.json")
    page = lambda record: json.dumps(record.step).encode()  # noqa: E731
    return Diary(record, parse_recipe(RECIPE), write or writer(folder), page)


def test_a_record_from_the_first_step_to_the_end(tmp_path):
    with diary_in(tmp_path / "run") as diary:
        for step in range(1, 51):
            diary.note(progress(step, 50))
        diary.end("finished", picture="glass.png", receipt="glass.json", files=["glass.png"])
    record = read_record(tmp_path / "run" / RECORD)
    assert (record.state, record.step, record.planned, record.picture) == (
        *("finished", 50, 50, "glass.png"),
    )
    assert [(s.width, s.first, s.last) for s in record.stages] == [
        *((64, 1, 20), (96, 21, 40), (128, 41, 50)),
    ]
    assert record.points.steps == list(range(1, 51)) and record.points.loss[0] == 11.0
    assert record.environment["network"] == "squeezenet"
    steps = [shot.step for shot in record.shots]
    assert steps == sorted(set(steps)) and {1, 20, 40, 50} <= set(steps)
    assert len(steps) <= PICTURES + 3 + 1
    assert [shot.stage for shot in record.shots] == [(step - 1) // STAGE for step in steps]
    there = {f"pictures/{path.name}" for path in (tmp_path / "run" / "pictures").iterdir()}
    assert there == {shot.file for shot in record.shots}
    assert (tmp_path / "run" / REPORT).read_text() == "50"


def test_steps_that_come_again_are_in_it_once(tmp_path):
    """As where a painting goes on from a checkpoint in memory."""
    with diary_in(tmp_path / "run") as diary:
        for step in (*range(1, 31), *range(25, 51)):
            diary.note(progress(step, 50))
        diary.end("finished")
    record = read_record(tmp_path / "run" / RECORD)
    assert record.points.steps == list(range(1, 51)) and record.step == 50
    steps = [shot.step for shot in record.shots]
    assert steps == sorted(set(steps))


def test_one_that_is_never_ended_is_readable(tmp_path):
    """As after a SIGKILL: what was written is whole, and says how far it was."""
    written = {}
    diary = diary_in(tmp_path / "run", write=lambda name, data: written.update({name: data}))
    diary.note(progress(1, 50))
    diary._notes.put(None)
    diary._thread.join()
    record = json.loads(written[RECORD])
    assert (record["state"], record["step"], record["planned"]) == ("running", 1, 50)
    assert [shot["step"] for shot in record["shots"]] == [1] and REPORT in written


def test_a_long_step_is_no_silence(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "HEARTBEAT_SECONDS", 0.02)
    written = queue.SimpleQueue()
    with diary_in(tmp_path / "run", write=lambda name, data: written.put((name, data))) as diary:
        diary.note(progress(1, 50))
        records = []
        while len(records) < 3:
            name, data = written.get(timeout=60)
            records += [parse_record(json.loads(data))] if name == RECORD else []
    assert [record.step for record in records] == [1, 1, 1]
    assert records[0].updated < records[1].updated < records[2].updated


@given(st.floats(0, 1e6), st.sampled_from(["running", "finished", "failed"]))
def test_a_run_that_is_silent_was_stopped(seconds, state):
    record = run_record(state=state, seconds_left=5.0)
    known = record.as_of(record.updated + timedelta(seconds=seconds))
    if state == "running" and seconds > SILENT_SECONDS:
        assert known.state == "stopped" and known.seconds_left is None
        assert known.shots == record.shots
    else:
        assert known == record


@pytest.mark.parametrize(
    ("error", "state", "words"),
    [
        (InputError("out-of-memory", "size", "It does not fit."), "failed", "size: It does not"),
        (RuntimeError("secret"), "failed", "RuntimeError"),
        (KeyboardInterrupt(), "stopped", ""),
    ],
)
def test_how_it_ends_badly(error, state, words, tmp_path):
    with pytest.raises(type(error)), diary_in(tmp_path / "run") as diary:
        for step in (1, 2, 3):
            diary.note(progress(step, 50))
        raise error
    record = read_record(tmp_path / "run" / RECORD)
    assert (record.state, record.step) == (state, 3) and record.problem.startswith(words)


def test_nothing_is_reported_where_nothing_was_painted(tmp_path):
    with pytest.raises(InputError), diary_in(tmp_path / "run"):
        raise InputError("bad-weights", "weights", "There is no such file.")
    assert not list((tmp_path / "run").iterdir())


def test_a_full_disk_does_not_stop_the_painting(tmp_path):
    def write(name, data):
        raise OSError(errno.ENOSPC, "No space left on device")

    with diary_in(tmp_path / "run", write) as diary:
        for step in range(1, 11):
            diary.note(progress(step, 10))
        diary.end("finished")
    assert diary.problem == "No space left on device"


def test_pictures_take_their_share_of_the_time(tmp_path, monkeypatch):
    """By a clock that only pictures move: those that may be left out wait for their time."""
    clock = [0.0]
    held = SimpleNamespace(
        perf_counter=lambda: clock[0],
        process_time=lambda: 0.0,
        **{"thread_time": lambda: 0.0, "monotonic": lambda: 0.0},
    )
    monkeypatch.setattr(module, "time", held)
    drawn = []

    class Slow(Progress):
        def texture(self, size):
            clock[0] += 1.0
            drawn.append(self.step)
            return np.zeros((8, 8, 3), np.uint8)

    with diary_in(tmp_path / "run", write=lambda name, data: None) as diary:
        for step in range(1, 101):
            diary.note(Slow(**vars(progress(step, 100, seconds=0.5))))
        diary.end("finished")
    # 50 seconds of painting are not worth one picture of a second; these come always.
    assert drawn == [1, 20, 40, 60, 80, 100]
    assert SHARE * 50 < 1


def test_there_are_never_too_many_pictures(tmp_path):
    with diary_in(tmp_path / "run") as diary:
        for step in range(1, 401):
            now = progress(step, 400)
            now.stage_ends = True
            diary.note(now)
        diary.end("finished")
    assert len(read_record(tmp_path / "run" / RECORD).shots) == MAX_SHOTS


def test_one_that_goes_on_from_a_checkpoint(tmp_path):
    """Steps that come again replace those that were lost."""
    diary = diary_in(tmp_path / "run")
    with diary:
        for step in range(1, 31):
            diary.note(progress(step, 50))
        diary.end("stopped")
    old = read_record(tmp_path / "run" / RECORD).model_copy(update={"state": "running"})
    with diary_in(tmp_path / "run", record=old) as diary:
        for step in range(25, 51):  # the checkpoint's own step comes once more
            diary.note(progress(step, 50))
        diary.end("finished")
    record = read_record(tmp_path / "run" / RECORD)
    assert record.points.steps == list(range(1, 51))
    assert [(s.width, s.first, s.last) for s in record.stages] == [
        *((64, 1, 20), (96, 21, 40), (128, 41, 50)),
    ]
    steps = [shot.step for shot in record.shots]
    assert steps == sorted(set(steps)) and {1, 20, 25, 40, 50} <= set(steps)

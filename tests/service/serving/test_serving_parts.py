"""The parts of the server that need no socket."""

import numpy as np
import pytest
import zmq

from geometry.errors import InputError
from service.painting.progress import Progress
from service.serving.addresses import endpoint_of, is_loopback, open_socket
from service.serving.engines import commands as commands_module
from service.serving.engines import paint_job
from service.serving.engines.commands import sendable
from service.serving.engines.events import MAX_SIZES
from service.serving.engines.paint_job import fault_of
from service.serving.engines.painter import load_painter
from service.serving.jobs.intake import read_submission
from service.serving.jobs.job import Fault
from service.serving.protocol.new_job_messages import Submit
from service.serving.settings import Settings
from service.serving.watchers import MAX_OPEN, Credit, Credits, shrink

RECIPE = {"target": "tile", "group": "p6"}


# --- addresses ---


@pytest.mark.parametrize(
    ("given", "endpoint"),
    [
        ("tcp://127.0.0.1:5577", "tcp://127.0.0.1:5577"),
        ("tcp://localhost:0", "tcp://127.0.0.1:*"),
        ("tcp://127.0.0.9:*", "tcp://127.0.0.9:*"),
        ("tcp://[::1]:80", "tcp://[::1]:80"),
    ],
)
def test_loopback_needs_no_keys(given, endpoint):
    assert endpoint_of(given) == endpoint
    assert is_loopback(given)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("tcp://0.0.0.0:5577", "not-loopback"),
        ("tcp://*:5577", "not-loopback"),
        ("tcp://192.168.1.4:5577", "not-loopback"),
        ("tcp://[::]:5577", "not-loopback"),
        ("tcp://127.0.0.1.evil.org:5577", "not-loopback"),
        ("tcp://render-node:5577", "not-loopback"),
        ("tcp://127.0.0.1", "bad-value"),
        ("tcp://127.0.0.1:70000", "bad-value"),
        ("tcp://127.0.0.1:5577;tcp://0.0.0.0:1", "bad-value"),
        ("tcp://:5577", "bad-value"),
        ("ipc:///tmp/x", "bad-value"),
        ("5577", "bad-value"),
        ("", "bad-value"),
    ],
)
def test_any_other_address_is_refused_without_keys(given, code):
    with zmq.Context() as context, pytest.raises(InputError) as caught:
        open_socket(given, context)
    assert (caught.value.code, caught.value.field) == (code, "bind")
    assert caught.value.hint


# --- credits ---


def credit(client=b"a", job="1", after=0, max_size=64, request=1):
    return Credit(client, request, job, after, max_size)


def test_a_frame_answers_the_credits_of_its_job_step_and_size():
    credits = Credits()
    mine, other = credit(), credit(b"b")
    for one in (mine, other, credit(b"c", max_size=8), credit(b"d", after=9), credit(b"e", "2")):
        credits.put(one)
    assert credits.take("1", step=9, max_size=64) == [mine, other]
    assert [c.client for c in credits.take_all("1")] == [b"c", b"d"]
    assert credits.take_all("1") == []


def test_one_credit_for_each_client_and_job():
    credits = Credits()
    for request in (1, 2):
        credits.put(credit(request=request))
    credits.put(credit(job="2"))
    assert [c.request for c in credits.of_job("1")] == [2]
    credits.drop_client(b"a")
    assert credits.take_all("1") == credits.take_all("2") == []


def test_credits_are_bounded_and_those_asked_for_last_stay():
    credits = Credits()
    credits.put(credit(b"waits"))
    for number in range(2 * MAX_OPEN):
        credits.put(credit(b"gone %d" % number))
        if number % 1000 == 0:
            credits.put(credit(b"waits"))
    left = [c.client for c in credits.close_all()]
    assert len(left) == MAX_OPEN and b"waits" in left


def test_all_credits_are_closed_at_the_end():
    credits = Credits()
    for job in ("1", "2"):
        credits.put(credit(job=job))
    assert [c.job for c in credits.close_all()] == ["1", "2"]
    assert credits.close_all() == []


# --- requests ---


def test_a_submission_is_read():
    camera = {"lens": 50, "kind": "PERSP", "matrix_world": [[1.0, 0, 0, 0]] * 4, "clip_end": None}
    read = read_submission(Submit(recipe=RECIPE, cameras=[camera]), {})
    assert read.recipe.group == "p6" and read.cameras == [camera]
    assert read_submission(Submit(recipe=RECIPE), {}).cameras == []


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ({}, "recipe"),
        ({"recipe": []}, "recipe"),
        ({"recipe": {"target": "tile"}}, "group"),
        ({"recipe": {"target": "tile", "group": "p4", "size": 16384}}, "size"),
        ({"recipe": {"target": "tile", "group": "p4", "bits": 16}}, "bits"),
        ({"recipe": RECIPE, "cameras": {}}, "cameras"),
        ({"recipe": RECIPE, "cameras": [{}] * 257}, "cameras"),
        ({"recipe": RECIPE, "cameras": [1]}, "cameras.0"),
        ({"recipe": RECIPE, "cameras": [{str(n): 1 for n in range(33)}]}, "cameras.0"),
        ({"recipe": RECIPE, "cameras": [{}, {"lens": 10**40}]}, "cameras.1.lens"),
        ({"recipe": RECIPE, "cameras": [{"kind": "x" * 65}]}, "cameras.0.kind"),
        (
            {"recipe": RECIPE, "cameras": [{"matrix_world": [[1] * 4] * 3}]},
            "cameras.0.matrix_world",
        ),
        (
            {"recipe": RECIPE, "cameras": [{"matrix_world": [["1"] * 4] * 4}]},
            "cameras.0.matrix_world",
        ),
    ],
)
def test_a_bad_submission_names_its_field(header, field):
    with pytest.raises(InputError) as caught:
        read_submission(Submit(**header), {})
    assert caught.value.field == field


# --- the worker's words ---


def test_everything_becomes_strict_json():
    value = {"a": np.float32(0.5), "b": float("nan"), "c": (np.int64(3), float("-inf")), "d": "x"}
    assert sendable(value) == {"a": 0.5, "b": None, "c": [3, None], "d": "x"}


def test_faults_are_told_apart():
    class OutOfMemoryError(RuntimeError):
        """As torch has one."""

    given = InputError("unknown-group", "group", "No.", "Try p6.")
    assert fault_of(given) == Fault("unknown-group", "group", "No.", "Try p6.")
    assert fault_of(MemoryError()).code == "out-of-memory"
    assert fault_of(OutOfMemoryError()).code == "out-of-memory"
    assert fault_of(KeyError("secret path")).code == "internal"
    assert "secret" not in fault_of(KeyError("secret path")).message


def test_a_painter_is_found_by_name(monkeypatch):
    seconds = paint_job.CHECKPOINT_SECONDS  # which the fake one shortens
    monkeypatch.setattr(paint_job, "CHECKPOINT_SECONDS", seconds)
    assert load_painter("fake_painter:fake_painter").devices() == ["cpu"]


# --- previews ---


@pytest.mark.parametrize(("shape", "max_size"), [((64, 128), 16), ((37, 50), 7), ((5, 300), 9)])
def test_a_small_copy_has_the_asked_size_and_the_same_mean(shape, max_size):
    picture = np.random.default_rng(0).integers(0, 256, (*shape, 3), dtype=np.uint8)
    small = shrink(picture, max_size)
    assert max(small.shape[:2]) == max_size and small.dtype == np.uint8
    assert abs(small.mean() - picture.mean()) < 6
    flat = np.full((*shape, 3), 255, np.uint8)
    assert (shrink(flat, max_size) == 255).all()


def test_alpha_is_shrunk_with_the_colours():
    picture = np.zeros((40, 60, 4), np.uint8)
    picture[:, 30:] = (10, 20, 30, 255)
    small = shrink(picture, 6)
    assert small.shape == (4, 6, 4)
    assert (small[:, 3:] == (10, 20, 30, 255)).all() and not small[:, :3].any()


def test_even_blocks_are_averaged():
    picture = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
    expected = np.floor(picture.reshape(2, 2, 2, 2, 3).mean((1, 3)) + 0.5)
    np.testing.assert_array_equal(shrink(picture, 2), expected)


def test_a_small_picture_stays_as_it_is():
    picture = np.zeros((4, 6, 3), np.uint8)
    assert shrink(picture, 0) is picture and shrink(picture, 6) is picture


# --- settings ---


@pytest.mark.parametrize(
    ("option", "value"),
    [("max_message", 1 << 20), ("max_inputs", 0), ("max_jobs", 0), ("max_jobs", 1 << 20)],
)
def test_limits_out_of_range_are_refused(tmp_path, option, value):
    with pytest.raises(InputError) as caught:
        Settings(tmp_path, **{option: value})
    assert caught.value.code == "bad-value" and caught.value.field == option.replace("_", "-")


# --- frames ---


class _Clock:
    """A channel on which one frame is wanted at every step, and the time in which one is made."""

    def __init__(self, monkeypatch, seconds_a_frame, size=64):
        self.now, self.seconds, self.size, self.sent = 100.0, seconds_a_frame, size, []
        monkeypatch.setattr(commands_module.time, "monotonic", lambda: self.now)

    def pending(self):
        return len(self.wanted) > 0

    def receive(self):
        return self.wanted.pop(), {}

    def send(self, kind, fields, buffers):
        self.sent.append(self.now)

    def paint(self, commands, steps, seconds_a_step):
        for step in range(1, steps + 1):
            self.wanted = [{"kind": "want", "job": "1", "after": step - 1, "max_size": self.size}]
            self.now += seconds_a_step
            commands.read()
            commands.serve_frames(self.progress(step))

    def progress(self, step):
        def texture(size):
            self.now += self.seconds
            return np.zeros((size, size, 3), np.uint8)

        return Progress(0, 1, step, 1000, {}, 1.0, 1.0, 1.0, texture, *3 * [None])


@pytest.mark.parametrize("seconds_a_frame", [0.0001, 0.01, 0.03, 0.5])
def test_frames_take_a_small_share_of_the_time(monkeypatch, seconds_a_frame):
    clock = _Clock(monkeypatch, seconds_a_frame)
    commands = commands_module.Commands(clock, "1")
    clock.paint(commands, 250, 0.1)
    if seconds_a_frame < 0.1:  # at first it is seen to grow
        assert len([sent for sent in clock.sent if sent < 101]) > 5
    clock.paint(commands, 2000, 0.1)
    young, age = len(clock.sent), clock.now
    clock.paint(commands, 2000, 0.1)
    seconds_a_frame += commands_module.EACH  # of others, whom the clock does not see
    seconds = (len(clock.sent) - young) * seconds_a_frame
    assert seconds <= 1.05 * commands_module.FRAME_SHARE * (clock.now - age)
    assert len(clock.sent) - young >= min(
        100, 0.9 * 200 * commands_module.FRAME_SHARE / seconds_a_frame
    )
    if seconds_a_frame < 0.002:
        assert len(clock.sent) == 4250


def test_what_a_large_frame_takes_on_its_way_counts(monkeypatch):
    sent = []
    for size in (64, 2048):
        clock = _Clock(monkeypatch, 0.005, size)
        commands = commands_module.Commands(clock, "1")
        clock.paint(commands, 2000, 0.1)
        sent.append(len(clock.sent))
    passing = commands_module.EACH + commands_module.EACH_BYTE * 3 * 2048**2
    assert passing > 0.015
    assert sent[1] * (0.005 + passing) <= 1.2 * commands_module.FRAME_SHARE * 200
    assert sent[0] > 3 * sent[1]


def test_a_single_slow_frame_does_not_hold_up_the_next(monkeypatch):
    clock = _Clock(monkeypatch, 0.01)
    commands = commands_module.Commands(clock, "1")
    clock.paint(commands, 1000, 0.1)
    clock.seconds = 3.0  # maps are made
    clock.paint(commands, 1, 1.0)
    clock.seconds, slow = 0.01, len(clock.sent)
    clock.paint(commands, 20, 0.1)
    assert len(clock.sent) - slow >= 3


def test_one_client_cannot_have_a_step_rendered_in_all_sizes(monkeypatch):
    clock = _Clock(monkeypatch, 0.01)
    commands = commands_module.Commands(clock, "1")
    clock.wanted = [
        {"kind": "want", "job": "1", "after": 0, "max_size": size} for size in range(8, 1000)
    ]
    commands.read()
    commands.serve_frames(clock.progress(1))
    assert len(clock.sent) == MAX_SIZES


def test_a_size_is_rendered_for_whoever_has_the_oldest_picture(monkeypatch):
    clock = _Clock(monkeypatch, 0.01)
    commands = commands_module.Commands(clock, "1")
    clock.wanted = [
        {"kind": "want", "job": "1", "after": after, "max_size": 64} for after in (9, 2, 5)
    ]
    commands.read()
    commands.serve_frames(clock.progress(3))
    assert len(clock.sent) == 1


@pytest.mark.parametrize("kind", ["finish", "pause", "cancel"])
def test_late_words_about_an_earlier_job_are_dropped(monkeypatch, kind):
    clock = _Clock(monkeypatch, 0.01)
    commands = commands_module.Commands(clock, "2")
    for job in ("1", "2"):
        clock.wanted = [{"kind": kind, "job": job}]
        commands.read()
        assert getattr(commands, kind) == (job == "2")

"""Several processes that paint one picture paint what one does."""

import os
import signal
from pathlib import Path

import numpy as np
import painted_together as painted
import pytest
import torch

from geometry.errors import InputError
from service.painting.steering import Adjustment
from service.ranks.devices import RankLostError, devices_of
from service.ranks.together import together

CHANGED = Adjustment(1, {"learning_rate": 0.05})


def results(steps, steering):
    """Of every step: losses, pixels, and what the optimiser has; of every picture its texture."""
    found = []
    for name, progress in steps:
        checkpoint = progress.checkpoint()
        texture = progress.texture(0).astype(int) if progress.step == progress.steps else None
        found.append((name, progress, checkpoint, texture))
        if progress.step == 1 and not steering:
            steering.append(CHANGED)  # on the way, as a service does
    return found


@pytest.fixture(scope="module")
def both():
    """What one process paints, and what two do."""
    alone, shared = [], []
    one = results(painted.paint_all(torch.device("cpu"), steering=alone), alone)
    two = results(together(("cpu", "cpu"), painted.paint_all, steering=shared), shared)
    assert len(one) == len(two) == painted.STEPS * len(painted.RECIPES)
    return list(zip(one, two, strict=True))


def test_statistics_of_all_views_are_the_same(both):
    for (name, one, *_), (_, two, *_) in both:
        assert two.loss == pytest.approx(one.loss, rel=1e-5), (name, one.step)
        assert two.megapixels == one.megapixels
    assert one.device == "cpu" and two.device == "cpu,cpu"


def test_gradients_are_the_same(both):
    """Adam's first moments after the first step are a tenth of them. Later steps divide by what is
    nearly nothing where a gradient is, so that of these only pictures are compared."""
    compared = 0
    for (_, one, ours, _), (_, _, theirs, _) in both:
        if one.step == 1:
            for a, b in zip(ours.moments, theirs.moments, strict=True):
                assert np.abs(a - b).max() <= 1e-5 * np.abs(a).max() > 0
                compared += 1
    assert compared >= 3 * len(painted.RECIPES)


def test_pictures_are_the_same(both):
    textures = [(a, b) for (*_, a), (*_, b) in both if a is not None]
    assert len(textures) == len(painted.RECIPES)
    for ours, theirs in textures:
        assert np.abs(ours - theirs).max() <= 1 and np.mean(ours != theirs) < 0.01


def test_what_is_adjusted_on_the_way_reaches_all_ranks(both):
    steered = {name: two.steering for _, (name, two, *_) in both}
    assert steered == {"sphere": (CHANGED,), "tile": (), "mesh": ()}


def test_one_that_dies_is_named():
    steps = together(("cpu", "cpu"), painted.process_numbers)
    (own,) = {next(steps) for _ in range(3)}
    assert own == os.getpid()
    (child,) = children(own)
    os.kill(child, signal.SIGKILL)
    with pytest.raises(RankLostError, match=r"on cpu ended \(signal 9\)"):
        for _ in steps:
            pass
    assert not children(own)


@pytest.mark.slow
def test_one_without_memory_is_told_from_one_that_died():
    with pytest.raises(MemoryError):
        for _ in together(("cpu", "cpu"), painted.without_memory):
            pass


@pytest.mark.slow
def test_one_that_refuses_says_nothing_itself(capfd):
    """The first one does, in one line."""
    with pytest.raises(RankLostError, match=r"on cpu ended \(exit code 1\)"):
        for _ in together(("cpu", "cpu"), painted.refused):
            pass
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.slow
def test_nothing_is_left_when_nobody_looks_any_more():
    steps = together(("cpu", "cpu"), painted.process_numbers)
    next(steps)
    steps.close()
    assert not children(os.getpid()) and not torch.distributed.is_initialized()


def children(process):
    """The ranks that a process has started."""
    found = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [
        int(pid)
        for pid in found
        if b"service.ranks.follower" in Path(f"/proc/{pid}/cmdline").read_bytes()
    ]


@pytest.mark.parametrize("names", ["cpu", "cpu,cpu", "mps", "cuda:0,cuda:3,cuda:12"])
def test_devices_that_paint_together(names):
    assert ",".join(devices_of(names)) == names


@pytest.mark.parametrize(
    "names", ["", "gpu", "cuda", "cpu,", "cuda:0, cuda:1", "cpu,cuda:0", "cuda:0,cuda:0", "mps,mps"]
)
def test_devices_that_do_not(names):
    with pytest.raises(InputError) as error:
        devices_of(names)
    assert (error.value.code, error.value.field) == ("bad-value", "device")

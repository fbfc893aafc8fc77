"""Steps that are recorded do what steps do. No GPU is needed: a recorder that calls torch's
operators again, on the tensors that they were given, does what a CUDA graph does."""

import logging

import numpy as np
import painted_together as painted
import pytest
import torch
from shapes import uv_sphere
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from service.inputs.body import Body
from service.painting import easel
from service.painting.paint import paint
from service.painting.replay import MOST, OFTEN, Reads, Replay
from service.painting.steering import Adjustment
from service.recipe.recipe import Recipe
from service.scene import make_scene

# Read a value back, or bring one from Python: what a CUDA graph refuses.
REFUSED = ("_local_scalar_dense", "lift_fresh", "nonzero", "is_nonzero")
SPACES = {
    "p4": {"target": "tile", "group": "p4", "colouring": "2a"},
    "p6": {"target": "tile", "group": "p6", "colouring": "3a"},
    "222": {"target": "sphere", "group": "222"},  # two views a step
    "46": {"target": "hyperbolic", "group": "{4,6}"},
    "spiral": {"target": "spiral", "group": "spiral3"},
    "frieze": {"target": "frieze", "group": "p11m"},
    "mesh": {"target": "mesh", "group": "1", "objective": {"seam": 20}},
}


class Calls(TorchDispatchMode):
    """All operators that are called, their arguments and what they returned."""

    def __init__(self):
        super().__init__()
        self.calls = []

    def __torch_dispatch__(self, operator, types, args=(), kwargs=None):
        name = operator.overloadpacket.__name__
        if name in REFUSED:
            raise RuntimeError(f"operation not permitted when recording: {name}")
        out = operator(*args, **(kwargs or {}))
        self.calls.append((operator, args, kwargs or {}, out))
        return out

    def replay(self):
        with torch.no_grad():
            for operator, args, kwargs, before in self.calls:
                given = {id(x) for x in tree_leaves((args, kwargs))}
                for old, new in zip(
                    tree_leaves(before), tree_leaves(operator(*args, **kwargs)), strict=True
                ):
                    if not isinstance(old, torch.Tensor) or id(old) in given:
                        continue
                    if old.layout == torch.strided and old.data_ptr() != new.data_ptr():
                        old.copy_(new)


class Recorder:
    """Records a step without taking it: what it changes is put back."""

    def __init__(self):
        self.recorded = self.replayed = 0
        self.easel = None

    def __call__(self, step):
        self.recorded += 1
        kept = [x for levels in self.easel._iterate.levels().values() for x in levels]
        kept += [moments.steps for moments in self.easel._iterate._moments]
        before = [x.detach().clone() for x in kept]
        with Calls() as calls:
            found = step()
        with torch.no_grad():
            for x, old in zip(kept, before, strict=True):
                x.copy_(old)

        def replay():
            self.replayed += 1
            calls.replay()

        return replay, found


@pytest.fixture
def recorder(monkeypatch):
    """What records the steps of every painting until the test ends, on the CPU."""
    found, before = Recorder(), easel.Easel.__init__

    def init(self, *args, **kwargs):
        found.easel = self
        before(self, *args, **kwargs)

    monkeypatch.setattr(easel.Easel, "__init__", init)
    monkeypatch.setattr(easel, "recorders_of", lambda device: lambda: found)
    return found


def steps_of(recipe, **options):
    """The losses of all steps, and the paint at the end."""
    body = Body(uv_sphere(24, 12), ()) if recipe.target == "mesh" else None
    losses = []
    for progress in paint(
        recipe, make_scene(recipe, body), [painted.STYLE], torch.device("cpu"), **options
    ):
        losses.append(dict(progress.loss))
    return losses, progress.paint().logits


def recipe_of(space, **fields):
    same = {"precision": "float32", "size": 92, "views": 2, "style_scale": 0.4, "steps": 10}
    return Recipe(**same | SPACES[space] | fields)


@pytest.mark.parametrize(
    "space",
    [
        pytest.param(name, marks=[] if name in ("p4", "222") else pytest.mark.slow)
        for name in SPACES
    ],
)
def test_recorded_steps_are_the_same_to_the_bit(space, recorder, monkeypatch):
    # one choice of views at a stage; of a group of few elements a step looks at two
    recipe = recipe_of(space, views=2 if space in ("222", "46", "spiral", "mesh") else 1)
    losses, logits = steps_of(recipe)
    assert recorder.recorded == 2  # at both stages
    assert recorder.replayed >= 2
    monkeypatch.setattr(easel, "recorders_of", lambda device: None)
    plainly, plain = steps_of(recipe)
    assert losses == plainly
    assert np.array_equal(logits, plain)


def test_what_is_steered_is_recorded_anew(recorder, monkeypatch):
    recipe = recipe_of("p4", size=64, views=1, steps=15)
    steering = [
        Adjustment(5, {"learning_rate": 0.05}),
        Adjustment(10, {"objective": {"smoothness": 5.0}}),
    ]
    losses, logits = steps_of(recipe, steering=steering)
    assert recorder.recorded == 3
    monkeypatch.setattr(easel, "recorders_of", lambda device: None)
    plainly, plain = steps_of(recipe, steering=steering)
    assert losses == plainly
    assert np.array_equal(logits, plain)


def test_dreams_look_elsewhere_at_every_step_and_are_not_recorded(recorder):
    recipe = recipe_of("p4", size=64, views=1, steps=OFTEN + 1, dreams=[{"target": "class:tabby"}])
    steps_of(recipe)
    assert recorder.recorded == 0


def test_a_recording_that_fails_loses_nothing(monkeypatch, caplog):
    recipe = recipe_of("p4", size=64, views=1, steps=OFTEN + 2)

    def fail(step):
        raise torch.OutOfMemoryError("CUDA out of memory.")

    _, plain = steps_of(recipe)
    monkeypatch.setattr(easel, "recorders_of", lambda device: lambda: fail)
    with caplog.at_level(logging.WARNING):
        _, logits = steps_of(recipe)
    assert np.array_equal(logits, plain)
    (line,) = caplog.messages
    assert "CUDA out of memory." in line
    assert "\n" not in line


def test_steps_are_taken_at_first_and_recorded_when_they_come_often():
    taken, replayed = [], []

    def recorder(step):
        return lambda: replayed.append(1), "recorded"

    replay = Replay(lambda: recorder)
    order = "abab" * OFTEN
    found = [replay(key, lambda key=key: taken.append(key) or "taken") for key in order]
    assert found == ["taken"] * 2 * OFTEN + ["recorded"] * 2 * OFTEN
    assert taken == list("ab" * OFTEN)
    assert len(replayed) == 2 * OFTEN
    replay.forget()
    assert replay("a", lambda: "taken") == "taken"


def test_no_more_are_kept_than_there_is_room_for():
    replay = Replay(lambda: lambda step: (lambda: None, "recorded"))
    for _ in range(OFTEN + 1):
        last = [replay(key, lambda: "taken") for key in range(MOST + 1)]
    assert last == ["recorded"] * MOST + ["taken"]


def test_what_a_step_reads_and_did_not_make_is_kept():
    """Also through views and gradients; what lies in between is let go of."""
    canvas, cached = torch.ones(4, 3, requires_grad=True), torch.full((3, 3), 2.0)
    alone = torch.ones(4)
    with Reads() as reads:
        between = canvas @ cached.T
        loss = (between.sum(1) * alone[:]).sum()
        loss.backward()
        with torch.no_grad():
            canvas.lerp_(canvas.grad, 0.5)
    kept = {x.data_ptr() for x in reads.tensors.values()}
    assert kept == {canvas.data_ptr(), cached.data_ptr(), alone.data_ptr()}

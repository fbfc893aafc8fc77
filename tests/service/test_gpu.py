"""What needs a GPU: it computes what the CPU does. ``pytest -m gpu``."""

import numpy as np
import painted_together as painted
import pytest
import torch

from geometry.maps.sampling import SamplingMap
from service.painting import easel
from service.painting.paint import paint
from service.ranks.together import together
from service.scene import make_scene
from service.surfaces.host import to_host
from service.surfaces.operators import SparseOperator

pytestmark = pytest.mark.gpu
CPU, GPU = torch.device("cpu"), torch.device("cuda:0")
recipe = painted.recipe_of("sphere")


@pytest.fixture(autouse=True)
def a_gpu():
    assert torch.cuda.is_available(), "these tests are chosen where there is one"


def test_sparse_products_and_their_gradients():
    random = np.random.default_rng(0)
    columns = random.integers(0, 500, 4000).astype(np.int32)
    sampling = SamplingMap(500, np.arange(0, 4001, 4), columns, random.normal(size=4000))
    found = []
    for device in (CPU, GPU):
        x = torch.linspace(-1, 1, 1500, device=device).reshape(500, 3).requires_grad_()
        out = SparseOperator(sampling, device)(x)
        out.square().sum().backward()
        found.append((out.detach().cpu(), x.grad.cpu()))
    for ours, theirs in zip(*found, strict=True):
        assert torch.allclose(ours, theirs, rtol=1e-4, atol=1e-4)


def test_a_painting_begins_as_on_the_cpu_and_goes_on_there():
    scene = make_scene(recipe)
    on_gpu = next(paint(recipe, scene, [painted.STYLE], GPU))
    on_cpu = next(paint(recipe, scene, [painted.STYLE], CPU))
    # convolutions in TF32, as torch has it by default: three digits
    assert on_gpu.loss == pytest.approx(on_cpu.loss, rel=2e-2)
    *_, last = paint(recipe, scene, [painted.STYLE], CPU, resume=on_gpu.checkpoint())
    assert last.step == last.steps


@pytest.mark.parametrize("name", ["sphere", "tile"])
def test_steps_replayed_from_cuda_graphs_are_those_that_are_not(name, monkeypatch, caplog):
    """To the bit, where the GPU gives the same bits twice."""
    monkeypatch.setattr(torch.backends.cudnn, "deterministic", True)
    again = painted.recipe_of(name).model_copy(update={"views": 2, "steps": 16})
    given = again, make_scene(again), [painted.STYLE], GPU
    *_, replayed = paint(*given)
    assert not caplog.messages  # nothing was refused
    monkeypatch.setattr(easel, "recorders_of", lambda device: None)
    plain, other = (list(paint(*given))[-1].paint().logits for _ in range(2))
    if np.array_equal(plain, other):
        assert np.array_equal(replayed.paint().logits, plain)
    else:
        assert np.abs(replayed.paint().logits - plain).mean() < 2 * np.abs(other - plain).mean()


def test_frames_come_whole_through_page_locked_memory():
    x = torch.arange(3 * 1024 * 1024, device=GPU).reshape(3, 1024, 1024)
    assert np.array_equal(to_host(x), x.cpu().numpy())


@pytest.mark.skipif(torch.cuda.device_count() < 2, reason="one GPU")
def test_two_gpus_paint_what_one_does():
    given = recipe, make_scene(recipe), [painted.STYLE]
    *_, one = paint(*given, GPU)
    *_, two = together(("cuda:0", "cuda:1"), paint, *given)
    assert two.loss == pytest.approx(one.loss, rel=1e-2)

import dataclasses

import numpy as np
import pytest
import torch
from dense_maps import dense_matrix

from geometry.maps.sampling import SamplingMap, from_taps
from geometry.symmetry.colour import B3
from service.surfaces.operators import SparseOperator, seen_by
from service.surfaces.sparse_products import parts_of, sparse_product


def random_map(coloured, seed=0):
    """13 rows of 0 to 5 taps on 9 columns, some of them twice on one column."""
    random = np.random.default_rng(seed)
    counts = random.integers(0, 6, 13)
    entries = counts.sum()
    palette = (B3[0], (2, 3, 1), (-1, -2, -3), (-3, 2, -1))
    return SamplingMap(
        9,
        np.concatenate([[0], counts.cumsum()]),
        random.integers(0, 9, entries).astype(np.int32),
        random.normal(size=entries),
        random.integers(0, len(palette), entries).astype(np.int8) if coloured else None,
        palette if coloured else (B3[0],),
    )


@pytest.mark.parametrize("coloured", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_an_operator_is_its_dense_matrix(coloured, seed):
    sampling = random_map(coloured, seed)
    paint = torch.randn(9, 3)
    expected = dense_matrix(sampling) @ paint.numpy().ravel()
    assert np.allclose(SparseOperator(sampling)(paint).numpy().ravel(), expected, atol=1e-5)


@pytest.mark.parametrize("coloured", [False, True])
def test_the_gradient_is_the_transpose(coloured):
    """⟨A x, y⟩ = ⟨x, Aᵀ y⟩, and the gradient is the dense transpose's, entry by entry."""
    sampling = random_map(coloured)
    x = torch.randn(9, 3, requires_grad=True)
    y = torch.randn(13, 3)
    out = SparseOperator(sampling)(x)
    inner = (out * y).sum()
    inner.backward()
    assert float(inner.detach()) == pytest.approx(float((x * x.grad).sum().detach()), abs=1e-4)
    expected = dense_matrix(sampling).T @ y.numpy().ravel()
    assert np.allclose(x.grad.numpy().ravel(), expected, atol=1e-5)


@pytest.mark.parametrize("coloured", [False, True])
def test_what_reads_few_of_many_texels_takes_these_out(coloured):
    few = random_map(coloured)
    places = np.sort(np.random.default_rng(3).choice(500, few.columns, replace=False))
    many = dataclasses.replace(few, columns=500, indices=places[few.indices].astype(np.int32))
    paint = torch.randn(500, 3, requires_grad=True)
    picked = paint.detach()[places].requires_grad_()
    operators = [SparseOperator(sampling) for sampling in (many, few)]
    assert operators[0].forward.shape[1] < 500
    out, expected = (operator(x) for operator, x in zip(operators, (paint, picked), strict=True))
    assert torch.equal(out, expected)
    for seen in (out, expected):
        seen.square().sum().backward()
    assert torch.allclose(paint.grad[places], picked.grad, atol=1e-6)
    assert paint.grad.abs().sum() == pytest.approx(float(picked.grad.abs().sum()), rel=1e-5)


@pytest.mark.parametrize("coloured", [False, True])
def test_what_several_make_of_one_paint_is_what_each_does(coloured):
    """Gradients too, of those that read all and those that read little."""
    few = random_map(coloured)
    places = np.sort(np.random.default_rng(3).choice(500, few.columns, replace=False))
    maps = [
        dataclasses.replace(few, columns=500, indices=places[few.indices].astype(np.int32)),
        dataclasses.replace(random_map(coloured, 1), columns=500),
        dataclasses.replace(random_map(coloured, 2), columns=500),
    ]
    operators = [SparseOperator(sampling) for sampling in maps]
    weights = torch.randn(3, 13, 3)
    made = []
    for look in (seen_by, lambda operators, paint: [each(paint) for each in operators]):
        paint = torch.ones(500, 3).cumsum(0).sin().requires_grad_()
        seen = look(operators, paint)
        (torch.stack(list(seen)) * weights).sum().backward()
        made.append((*seen, paint.grad))
    assert float(made[0][-1].abs().max()) > 0.1
    assert all(torch.equal(a, b) for a, b in zip(*made, strict=True))


def test_the_gradient_of_a_nonlinear_function_is_its_finite_difference():
    """Against central differences of the dense matrix in float64."""
    sampling = random_map(coloured=True)
    dense = dense_matrix(sampling)
    x = np.random.default_rng(1).normal(size=27)

    def score(v):
        return np.sin(1 / (1 + np.exp(-dense @ v))).sum()

    steps = np.eye(27) * 1e-5
    expected = [(score(x + e) - score(x - e)) / 2e-5 for e in steps]
    paint = torch.tensor(x.reshape(9, 3), dtype=torch.float32, requires_grad=True)
    torch.sin(torch.sigmoid(SparseOperator(sampling)(paint))).sum().backward()
    assert np.allclose(paint.grad.numpy().ravel(), expected, atol=1e-4)


def test_gradients_that_lie_oddly_in_memory_are_taken_as_they_are():
    """A transposed or broadcast gradient is no different from a contiguous one."""
    operator = SparseOperator(random_map(coloured=False))
    x = torch.randn(9, 3, requires_grad=True)
    weights = torch.randn(3, 13).T
    (odd,) = torch.autograd.grad((operator(x) * weights).sum(), x)
    (plain,) = torch.autograd.grad((operator(x) * weights.contiguous()).sum(), x)
    (ones,) = torch.autograd.grad(operator(x).sum(), x)
    (spread,) = torch.autograd.grad((operator(x) * torch.ones(13, 3)).sum(), x)
    assert torch.equal(odd, plain)
    assert torch.equal(ones, spread)


def test_rows_without_taps_are_black():
    sampling = SamplingMap(2, np.array([0, 0, 1]), np.array([1], np.int32), np.array([2.0]))
    out = SparseOperator(sampling)(torch.ones(2, 3))
    assert torch.equal(out, torch.tensor([[0.0] * 3, [2.0] * 3]))


def test_an_unused_colour_of_the_palette_changes_nothing():
    taps = np.arange(6)[:, None]
    plain = from_taps(6, taps, np.ones((6, 1)))
    wide = from_taps(6, taps, np.ones((6, 1)), np.ones((6, 1), int), (B3[-1], B3[0]))
    paint = torch.randn(6, 3)
    assert torch.equal(SparseOperator(plain)(paint), SparseOperator(wide)(paint))


@pytest.mark.parametrize("coloured", [False, True])
def test_the_operator_of_gpus_is_the_same_product(coloured):
    """On the CPU, where it is not used: value, gradient, and what torch asks of an operator."""
    operator = SparseOperator(random_map(coloured))
    columns = operator.forward.shape[1]
    forward, backward = parts_of(operator.forward), parts_of(operator.backward)
    dense = operator.forward.to_dense()
    x = torch.randn(columns, 3, requires_grad=True)
    y = torch.randn(13, 3)
    out = sparse_product(forward, backward, columns, x)
    assert torch.allclose(out, dense @ x, atol=1e-6)
    (gradient,) = torch.autograd.grad((out * y).sum(), x)
    assert torch.allclose(gradient, dense.T @ y, atol=1e-6)
    checks = ("test_schema", "test_autograd_registration", "test_faketensor")
    given = forward, backward, columns, x
    torch.library.opcheck(sparse_product, given, test_utils=checks)
    assert torch.equal(sparse_product(forward, [], columns, x.detach()), out)


@pytest.mark.parametrize("coloured", [False, True])
def test_what_is_copied_is_looked_at_once(coloured):
    """All that makes a tile of its orbits; other maps are looked at as they come."""
    random = np.random.default_rng(4)
    palette = random_map(coloured).palette
    copied = dataclasses.replace(
        random_map(coloured),
        indptr=np.arange(41),
        indices=random.integers(0, 9, 40).astype(np.int32),
        weights=np.ones(40),
        colours=random.integers(0, len(palette), 40).astype(np.int8) if coloured else None,
    )
    paint, looked = torch.randn(9, 3), []

    def look(x):
        looked.append(len(x))
        return x.abs()

    for sampling, rows in ((copied, 9 * len(palette)), (random_map(coloured), 13)):
        operator = SparseOperator(sampling)
        assert torch.equal(operator.seen(paint, look), operator(paint).abs())
        assert looked.pop() == rows

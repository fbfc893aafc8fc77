"""Styles that follow one another along a strip."""

import numpy as np
import pytest
import torch
from deliveries import scene_of
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from geometry.errors import InputError
from geometry.frieze.groups import FRIEZE_GROUPS
from geometry.plane.kaleidoscope import kaleidoscope
from service.cli import main
from service.painting.stage import shares_along
from service.perception.distances import Targets
from service.perception.moments import SeveralMoments, moments
from service.terms import colour, style

TWO = {"styles": ({"source": "stained_glass"}, {"source": "woodcut_waves"})}


@given(st.lists(st.floats(0.05, 20), min_size=2, max_size=6))
def test_every_style_has_its_stretch(stretches):
    along = torch.linspace(0, 1, 20_001, dtype=torch.float64)
    shares = torch.stack(shares_along(along, stretches))
    assert shares.min() >= 0 and torch.allclose(shares.sum(0), torch.ones_like(along))
    assert shares[0, 0] == 1 and shares[-1, -1] == 1
    assert torch.all(shares.argmax(0).diff() >= 0)  # one after the other
    lengths = torch.tensor(stretches, dtype=torch.float64)
    middles = (lengths.cumsum(0) - lengths / 2) / lengths.sum()  # where each is by itself
    alone = torch.stack(shares_along(middles, stretches))
    assert torch.allclose(alone, torch.eye(len(stretches), dtype=torch.float64), atol=1e-6)
    assert torch.allclose(shares.mean(1), lengths / lengths.sum(), atol=1e-3)


@pytest.mark.parametrize("group", [group.aliases[1] for group in FRIEZE_GROUPS])
@pytest.mark.parametrize("rule", ["none", "2a"])
def test_the_symmetry_leaves_the_way_along_the_strip_alone(group, rule):
    """Texels of one orbit are painted alike, so they want the same styles."""
    design = scene_of("frieze", group, colouring=rule, metamorphosis=True, **TWO).design(96)
    torus = design.chart
    along = np.broadcast_to(design.along, (torus.rows, torus.columns)).ravel()
    orbits = kaleidoscope(torus)[1].indices
    lowest = np.full(orbits.max() + 1, 2.0)
    np.minimum.at(lowest, orbits, along)
    assert np.allclose(along, lowest[orbits])
    assert along.min() < 0.05 and along.max() > 0.95


def test_a_strip_is_red_at_its_ends_and_blue_in_the_middle(tmp_path):
    noise = np.random.default_rng(0).integers(0, 60, (64, 64, 1), np.uint8)
    for name, rgb in (("red", (190, 10, 10)), ("blue", (10, 10, 190))):
        Image.fromarray((noise + np.uint8(rgb)).astype(np.uint8)).save(tmp_path / f"{name}.png")
    styles = [f"--style={tmp_path / name}.png" for name in ("red", "blue")]
    shape = ["--group=p1m1", "--aspect=0.5", "--size=96", "--steps=24", "--quality=draft"]
    output = tmp_path / "strip.png"
    assert main(["frieze", *shape, *styles, "--metamorphosis", "-o", str(output)]) == 0
    picture = np.asarray(Image.open(output), float)
    bluer = (picture[..., 2] - picture[..., 0]).mean(axis=0)
    assert bluer[:12].max() < 0 and bluer[-12:].max() < 0 < bluer[36:60].min()


@pytest.mark.parametrize("seen", [(1.0, 0.0), (0.75, 0.25)])
def test_each_style_counts_as_far_as_it_is_seen(seen):
    """A window on a long strip shows only one of them, or two of three."""
    random = torch.Generator().manual_seed(1)
    pixels = torch.rand(1, 3, 8, 8, generator=random, requires_grad=True)
    wanted = [moments(torch.rand(1, 3, 8, 8, generator=random)) for _ in range(2)]
    found = SeveralMoments([moments(pixels, torch.full((1, 1, 8, 8), share)) for share in seen])

    def alone(number):
        return moments(pixels), wanted[number]

    colours = colour.loss({colour.RGB: found}, colour.Wanted(Targets(wanted), seen))
    of_style = style.Wanted([Targets([one]) for one in wanted], {"layer": 1.0}, seen)
    strokes = style.loss({"layer": found}, of_style)
    apart = [Targets([target]).distances([own])[0] for own, target in map(alone, range(2))]
    roots = [Targets([target]).roots([own])[0] for own, target in map(alone, range(2))]
    torch.testing.assert_close(colours, sum(s * d for s, d in zip(seen, apart, strict=True)))
    torch.testing.assert_close(strokes, sum(s * d for s, d in zip(seen, roots, strict=True)))
    (colours + strokes).backward()
    assert torch.isfinite(pixels.grad).all() and pixels.grad.abs().max() > 0


@pytest.mark.parametrize(
    ("target", "fields", "words"),
    [
        ("frieze", {}, "from one style to another"),
        ("tile", TWO, "is for the target frieze"),
    ],
)
def test_what_leads_nowhere_is_refused(target, fields, words):
    with pytest.raises(InputError, match=words):
        scene_of(target, "p1", metamorphosis=True, **fields)

"""Detail: edges and grain are as strong, as sparse and as coloured as the style pictures'."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.tables.term import LOOK, Term

if TYPE_CHECKING:
    from torch import Tensor

    from service.painting.stage import Sight, Stage
    from service.perception.distances import Targets
    from service.perception.moments import Moments, SeveralMoments

SCALES = 3  # octaves, from the finest
_FLOOR = 1e-5  # of a variance: a style may have no detail at all


@dataclass(frozen=True)
class Wanted:
    """whitening: per octave, (3, 3), what makes the style's detail uncorrelated and of variance 1,
    so that stray colours weigh as much as stray light; targets: the moments of that, see
    :func:`_measured`."""

    whitening: Sequence[Tensor]
    targets: Targets


def octaves(
    picture: Tensor, weight: Tensor | None, periodic: bool
) -> Iterator[tuple[Tensor, Tensor | None]]:
    """What a binomial blur takes away from pictures (B, 3, H, W), octave by octave (the Laplacian
    pyramid of Burt and Adelson 1983), and how much its places count: not at all where the blur
    has seen what does not."""
    from torch.nn import functional as F

    from service.perception.binomial import blurred

    picture = picture.contiguous()
    for _ in range(SCALES):
        if min(picture.shape[-2:]) < 4:
            return
        low = blurred(picture, periodic)
        if weight is not None:
            weight = -F.max_pool2d(-weight, 3, 1, 1)
        yield picture - low, weight
        picture = low[..., ::2, ::2].contiguous()
        weight = None if weight is None else weight[..., ::2, ::2]


def prepare(stage: Stage) -> Wanted:
    """The detail of the blend of style pictures."""
    import torch

    from service.perception.distances import Targets

    plain = [torch.eye(3, device=next(stage.network.parameters()).device)] * SCALES
    whitening = [_whitening(band) for band in _of_styles(stage, plain)]
    return Wanted(whitening, Targets(_of_styles(stage, whitening)))


def _of_styles(stage: Stage, whitening: Sequence[Tensor]) -> list[Moments]:
    """The moments of every octave of the blend of style pictures."""
    from service.perception.moments import blended

    parts = []
    for picture, share in stage.style_pictures():
        bands = zip(octaves(picture, None, False), whitening, strict=True)
        parts.append(({str(k): _measured(b, w, m) for k, ((b, w), m) in enumerate(bands)}, share))
    return list(blended(parts).values())


def _whitening(band: Moments) -> Tensor:
    """What makes plain detail of these moments uncorrelated and of variance 1, (3, 3)."""
    import torch

    covariance = (band.raw - torch.outer(band.mean, band.mean))[:3, :3]
    variances, axes = torch.linalg.eigh(covariance)
    return (axes / variances.clamp(min=_FLOOR).sqrt()).T


def _measured(band: Tensor, weight: Tensor | None, whitening: Tensor) -> Moments:
    """The moments of whitened detail and of its absolute values: strong edges and faint noise of
    the same variance differ in the mean of the latter."""
    import torch

    from service.perception.moments import moments_of_planes

    share = None if weight is None else weight.flatten()
    white = whitening @ band.movedim(1, 0).reshape(3, -1)
    return moments_of_planes(torch.cat([white, white.abs()]), share)


def observe(sight: Sight, wanted: Wanted) -> SeveralMoments:
    """The moments of every octave of the views' detail, finest first."""
    from service.perception.moments import SeveralMoments

    periodic = sight.look is not None and sight.look.periodic
    found = octaves(sight.features, sight.weight, periodic)
    bands = zip(found, wanted.whitening, strict=False)
    return SeveralMoments([_measured(b, w, m) for (b, w), m in bands])


def loss(sums: Mapping[str, SeveralMoments], wanted: Wanted) -> Tensor:
    """Mean of the square roots of the octaves' distances, as in the term of style. An octave of
    which no view shows anything, as small ones of thin things, is no distance away."""
    import torch

    found = sums[LOOK]
    return torch.where(found.counts > 0, wanted.targets.roots(found.counted), 0).mean()


TERM = Term(
    name="detail",
    title="Fine Detail",
    description="How closely edges and grain follow the style.",
    rank=15,
    default=1.0,
    layers=lambda stage: (LOOK,),
    prepare=prepare,
    observe=observe,
    loss=loss,
    setting="detail_weight",
    of="styles",
)

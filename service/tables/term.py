"""What the table of terms says of each: a row of :mod:`service.terms`. No torch in here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from torch import Tensor

    from service.painting.stage import Sight, Stage
    from service.perception.network import Network
    from service.recipe.recipe import Recipe

# What a term can see besides the network's layers and its head:
LOOK = "look"  # a view's pixels, before the network looks at them
RGB = "rgb"  # a view's pixels, after it: colours as features
PAINT = "paint"  # the paint itself, once a step


def _mean_over_views(sums: Mapping[str, Any], state: Any) -> Tensor:
    (mean,) = sums.values()
    return cast("Tensor", mean.value)


@dataclass(frozen=True)
class Term:
    """One row of the table of terms: a part of the objective, with a weight in recipes.

    prepare(stage): once a stage, without gradients: what the other two want to know, any object.
    observe(sight, state): of every view and each of the layers that the term looks at, something
    that can be added: over views, masks, tiles, devices. loss(sums, state): once a step, from the
    sums {layer: sum}, a scalar; without it, the mean over views of its one layer. layers(stage):
    what the term looks at: names of the network's layers, its HEAD, or LOOK, RGB and PAINT above.

    name: in the recipe's objective and in losses. setting: where its weight stands among other
    settings (options, Blender). rank: its place in lists. title, description: for people; the
    latter is one sentence. default, least, most: of the weight; usual: up to where a slider goes.
    targets: those that it is for; none for all. needs_base: whether there must be a colour before.
    paints: whether it can make a picture alone. of: the list of the recipe, such as "styles", that
    it takes its wishes from; while that is empty it has none. check(recipe, network): before
    anything is painted, raises InputError for wishes that the network cannot fulfil. by_step:
    whether what it does depends on the number of the step or on values that Python reads; else a
    GPU may record a step and replay it.
    """

    name: str
    title: str
    description: str
    rank: int
    default: float
    layers: Callable[[Stage], Collection[str]]
    observe: Callable[[Sight, Any], Any]
    loss: Callable[[Mapping[str, Any], Any], Tensor] = _mean_over_views
    prepare: Callable[[Stage], Any] = lambda stage: None
    setting: str = ""
    least: float = 0.0
    most: float = 1000.0
    usual: float = 10.0
    targets: tuple[str, ...] = ()
    needs_base: bool = False
    paints: bool = False
    of: str = ""
    check: Callable[[Recipe, Network], None] = lambda recipe, network: None
    by_step: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "setting", self.setting or self.name)

    def is_for(self, target: str) -> bool:
        """Whether it means anything to a target."""
        return not self.targets or target in self.targets

    def has_wishes(self, recipe: Recipe) -> bool:
        """Whether the list that it takes them from, if there is one, holds any."""
        return not self.of or bool(getattr(recipe, self.of))

    def counts(self, recipe: Recipe) -> bool:
        """Whether it is worked out at all: a term that is off by default costs nothing until it
        has a weight; the others are reported even if they weigh nothing."""
        weight = recipe.objective.weights[self.name]
        return (
            self.is_for(recipe.target) and self.has_wishes(recipe) and bool(weight or self.default)
        )

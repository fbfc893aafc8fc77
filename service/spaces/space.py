"""What a space is to the service. No torch in here.

A :class:`Space` is a row of the table in :mod:`service.spaces`. It makes a :class:`Scene` of a
recipe: resolved and checked, pure data. A scene has a :class:`Design` at every resolution: the
chart that carries its paint, how paint becomes the delivered picture, where views look, and where
the symmetry lies in the picture. Surfaces (:mod:`service.surfaces.surface`) put a design on a
device; previews use it as it is.
"""

from __future__ import annotations

import dataclasses
import shlex
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from geometry.catalogue import find_colouring
from geometry.cells import Paper
from geometry.errors import InputError
from geometry.maps.reach import Reach
from geometry.spaces import Array
from geometry.symmetry.colour_frame import RGB, ColourFrame
from geometry.symmetry.folds import Folds, check_axis, parse_folds
from geometry.symmetry.groups import Colouring, Elements, Generator, Group, elements
from service.figures.figures import Figure
from service.inputs.body import Body
from service.pictures.motif import picture_paper
from service.spaces.frame import Frame, Picture

if TYPE_CHECKING:
    from service.recipe.recipe import Recipe

LARGEST = 4096  # pixels across of a picture, where its space does not say otherwise
_PAINTABLE = 0.01  # a motif's colours are so far from black and white: beyond, paint hardly moves
BAND = 1 << 17  # pixels of a picture at a time: their samples take many times as much memory
MAX_PIXELS = 2**26  # of a picture that is delivered: periods can be many cells tall, and repeated


@dataclass(frozen=True, eq=False, kw_only=True)
class Scene(ABC):
    """What is painted, with its symmetry. folds: the first generator's powers are weighted instead
    of imposed. mirrored: the picture is turned over, which changes its handedness and nothing else.
    style_frame: of the styles' colours, see :mod:`service.colours`.
    start: what the painting starts from. motif: the picture that it starts from, if there is one,
    as it lies in every copy of the domain. light: only light and dark are painted, over the colours
    of what was before. style_size: what a style's shorter side spans, in the space's units, if the
    recipe says. pictures: those of a client that steps of finishing name, (H, W, 3), by their
    sources."""

    target: str
    group: Group
    colouring: Colouring
    folds: Folds | None = None
    mirrored: bool = False
    style_frame: ColourFrame = RGB
    start: str = "noise"
    motif: Paper | None = None
    light: bool = False
    style_size: float | None = None
    pictures: Mapping[str, Picture] = field(default_factory=dict)

    @property
    def frame(self) -> ColourFrame:
        """What the colour rule acts on. One that changes no colours has no frame to differ by: RGB,
        in which pictures are mixed as they always were."""
        return self.style_frame if self.colouring.colours > 1 else RGB

    @property
    def elements(self) -> Elements:
        """All elements of a finite group, with their colours."""
        return elements(self.group, self.colouring)

    @abstractmethod
    def design(self, width: int) -> Design:
        """The scene as a picture ``width`` pixels wide."""

    def same_canvas(self, other: Self, width: int) -> bool:
        """Whether paint of this scene lies where that of another does, which differs in its colour
        rule alone, at a recipe's size ``width``."""
        return True

    def on_base(self, recipe: Recipe, base: Picture | None) -> Scene:
        """The scene over a picture of what was before, (H, W, 4) uint8, if there is one. Raises
        InputError("missing-base") if there is none and the recipe wants one."""
        if wants := recipe.wants_base():
            raise InputError(
                "missing-base", wants, "There is no picture before.", "Name one: --motif PICTURE."
            )
        return self

    @property
    def starts_from_base(self) -> bool:
        """Whether paint is what differs from the picture before, or from its hues alone."""
        return self.start == "base" or self.light

    def with_motif(self, recipe: Recipe, pixels: Picture | None) -> Self:
        """The scene with a motif (H, W, 3), if there is one, placed as the recipe says."""
        if pixels is None:
            return self
        paper = picture_paper(pixels, recipe.motif_placement, _PAINTABLE)
        return dataclasses.replace(self, motif=paper)

    def colours_before(self) -> Picture | None:
        """The picture before, (H, W, 3) uint8, or as much of it as is to be seen, in any order;
        None without."""
        return None

    def portrait(self, width: int, paper: Paper, seed: int) -> Picture:
        """What shows a group best, such as a picture ``width`` pixels wide: (H, W, 3 or 4), with a
        paper in every copy of the domain."""
        return self.design(width).shown(paper)


def resolved(recipe: Recipe, group: Group) -> dict[str, Any]:
    """The fields that all scenes have, of a recipe and its group. Raises InputError:
    "bad-chirality", "bad-folds", "unknown-colouring", "impossible-colouring"."""
    if recipe.chirality != "any" and not group.is_chiral:
        raise InputError(
            "bad-chirality",
            "chirality",
            f"{group.name} has mirrors, so its patterns have no handedness.",
            "Leave it out.",
        )
    folds = parse_folds(recipe.folds) if recipe.folds else None
    if folds is not None and group.lattice is None:  # charts of lattices see to it themselves
        check_axis(group, folds)
    return {
        "target": recipe.target,
        "group": group,
        "colouring": find_colouring(group, recipe.colouring),
        "folds": folds,
        "start": recipe.start,
        "light": recipe.style_colours == "light",
        "style_size": recipe.style_size,
    }


# The recipe's fields of a motif: of all spaces in which paint can be laid out.
MOTIF = ("motif", "motif_zoom", "motif_turn", "motif_shift")


class Design(ABC):
    """A scene at one resolution. shape: (H, W) of the picture; chart_shape: (charts, rows, columns)
    of the texels that carry paint; canvas_shape: of the coarser canvas of the painter; wrap:
    whether that is a torus; frame: what colours act on; views_a_step: how many views a step
    takes; needed: how many windows show all that differs by the symmetry, of a picture that is too
    large for views of all of it.
    surface: "module:class", what puts the design on a device: it imports torch, this does not."""

    surface: str
    shape: tuple[int, int]
    chart_shape: tuple[int, int, int]
    canvas_shape: tuple[int, int, int]
    wrap: bool
    frame: ColourFrame
    views_a_step: int
    needed = 0

    def paces(self, levels: int) -> list[float]:
        """How far the levels of the canvas move in a step, finest first, of the recipe's step size,
        which is how far the texture moves: as far, where it shows weighted means of paint."""
        return [1.0] * levels

    @property
    def bands(self) -> list[range]:
        """The picture's rows, as many together as are made at a time, where that is not all."""
        height, width = self.shape
        tall = max(1, BAND // width)
        return [range(top, min(top + tall, height)) for top in range(0, height, tall)]

    @property
    def unit(self) -> int:
        """Pixels of a view that a style picture of scale 1 spans: unless it says otherwise, all of
        the picture."""
        return self.shape[1]

    @property
    def texels_are_pixels(self) -> bool:
        """Whether each texel that the group permutes is a pixel of the picture."""
        return False

    @abstractmethod
    def reach(self) -> Reach:
        """Which texels of the canvas the picture shows."""

    @abstractmethod
    def picture_frame(self) -> Frame:
        """Where the symmetry lies in the picture, before it is trimmed."""

    def trimmed(self, picture: Picture) -> tuple[Picture, tuple[int, int]]:
        """What is delivered of the picture (H, W, 3), and where in its pixels (x, y) it begins."""
        return picture, (0, 0)

    def shown(self, paper: Paper) -> Picture:
        """What is delivered of a picture that has a paper in every copy of the domain."""
        return self.trimmed(self.bake(self.laid_out(paper)))[0]

    def figure(self) -> Figure:
        """The symmetry as it is drawn over what is delivered. Raises InputError("no-figure")."""
        raise InputError(
            "no-figure",
            "figure",
            "A spiral has no mirrors and no centres that could be drawn over it.",
            "Leave out --figure.",
        )

    # Meshes have none of these: they have no preview, and no handedness is asked of them.

    def bake(self, paint: Array) -> Picture:
        """The picture (H, W, 3) of paint (chart texels, 3), logits."""
        raise NotImplementedError

    def laid_out(self, paper: Paper) -> Array:
        """Paint (chart texels, 3) that shows a paper whole in every copy of the domain."""
        raise NotImplementedError

    def rings(self, turn: Generator, order: int, paint: Array) -> Array:
        """(radii, angles, 3): paint (chart texels, 3) around the centre of a generator that is a
        rotation of an order; see :mod:`service.spaces.handedness`."""
        raise NotImplementedError


def by_name(group: Group) -> str:
    """The option that names a group."""
    return f"--group {shlex.quote(group.name)}"


@dataclass(frozen=True)
class Space:
    """One row of the table of spaces.

    target: its name in recipes, and of its command. groups: the space of :mod:`geometry.spaces`
    that its groups act on. title: above these groups in a list; summary: of the command, one
    sentence. fields: those of the recipe that mean something to it and not to all targets, in the
    order of its options. scene(recipe, body): a checked scene; body: what is painted, where it
    ``needs_body``. depth: levels of the canvas's pyramid, where they are not as many as usual.
    patience(order): how many times as many steps as usual a painting takes, of a group of so many
    elements. arguments(group): what follows the command's name, to paint a group. largest: how many
    pixels across a picture can be."""

    target: str
    groups: str
    title: str
    summary: str
    fields: tuple[str, ...]
    scene: Callable[[Recipe, Body | None], Scene]
    needs_body: bool = False
    depth: int | None = None
    patience: Callable[[int | None], float] = lambda order: 1.0
    arguments: Callable[[Group], str] = by_name
    largest: int = LARGEST

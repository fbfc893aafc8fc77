"""A recipe. The same recipe on the same device paints the same picture. Every default and every
bound of the project's painting parameters is in this package, those of the objective's terms in
service.terms; command line, wire and add-on read them from here.
"""

from __future__ import annotations

from typing import Annotated, Any, Self

import numpy as np
from pydantic import Field, model_validator

from service.finishing import STEPS
from service.networks import AUTO
from service.pictures.motif import Placement
from service.recipe import fields
from service.recipe.implied import of_a_motif, of_a_pure_dream
from service.recipe.parts import Dream, Finishing, Objective, Part, Style
from service.recipe.rules import check_together
from service.recipe.table_fields import MAX_SIZE, MIN_SIZE, WHOSE_SIZE, NetworkName, TargetName
from service.terms import needing_base

# What "auto" means in these fields is settled when a painting begins, for the device that paints.
AUTOMATIC = ("network", "precision")

MAX_STYLES = 16
MAX_DREAMS = 16
MAX_COLOURING = 256  # characters of a colour rule that is written out


class Recipe(Part):
    """Everything that decides a picture."""

    target: TargetName = Field(description="What is painted.")
    group: str = Field(
        title="Symmetry",
        description="Symmetry group, by any name in the catalogue.",
        max_length=64,
    )
    colouring: str = Field(
        default="none",
        max_length=MAX_COLOURING,
        title="Colour Rule",
        description="How the colours change from one copy to the next: a colour rule, by name.",
    )
    colours: fields.ColoursName = Field(
        default="style",
        description="What the colour rule acts on: the style's own colours, red, green and blue, "
        "or a few inks.",
    )
    inks: fields.Inks | None = Field(
        default=None,
        description="The inks that the rule permutes, as in #1b2a5c,#e8b030; default: found in the "
        "style.",
        json_schema_extra={"pattern": f"^{fields.INKS}$"},
    )
    folds: str | None = Field(
        default=None,
        max_length=1000,
        description="Partial symmetry: 1/6 is the first of six folds; or all weights, 1,1,0,0,0,0.",
    )
    chirality: fields.HandName = Field(
        default="any", description="Which way pinwheels about 4-, 5-, 6-fold centres turn."
    )
    aspect: float | None = Field(
        default=None,
        ge=1 / 8,
        le=8,
        description="Height over width of the cell, where it is free; default: 1, of a strip 0.5.",
    )
    angle: float | None = Field(
        default=None,
        ge=15,
        le=165,
        description="Between the cell's sides in degrees, for p1 and p2; default: 90.",
    )
    torus_map: str | None = Field(
        default=None,
        max_length=64,
        description="Several cells in one period: a map on the torus, such as {4,4}2,1.",
    )
    cut: fields.CutName = Field(
        default="period",
        description="What is delivered: a rectangular period, the primitive cell, or the cell's "
        "domain (a hexagon), the latter two with transparency.",
    )
    repeat: fields.Repeat = Field(
        default="1x1",
        description="Periods across and down in the delivered picture.",
    )
    projection: fields.ProjectionName = Field(
        default="equirectangular", description="How the sphere is laid out."
    )
    model: fields.ModelName = Field(
        default="poincare", description="How the hyperbolic plane is drawn."
    )
    radius: fields.RadiusName = Field(
        default="zoom", description="Rings that grow by a factor, or a tunnel of equal rings."
    )
    zoom: float | None = Field(
        default=None,
        gt=1,
        le=16,
        description="Growth from one repetition to the next; default: 2, in a tunnel 1.2 "
        "(five rings).",
    )
    twist: float = Field(
        default=30.0, ge=-360, le=360, description="Turn from one repetition to the next, degrees."
    )
    mesh: fields.FileName | None = Field(
        default=None,
        description="A mesh file: OBJ, glTF, GLB, PLY or STL; on the wire meshes are buffers.",
    )
    material: str | None = Field(
        default=None,
        max_length=256,
        description="Paint only the faces of this material; default: all.",
    )
    unwrap: bool = Field(
        default=False, strict=True, description="Make a new UV map for the mesh, with xatlas."
    )
    axis: fields.Direction = Field(
        default="Z",
        description="The group's main axis: X, Y, Z or a direction such as 0,1,1.",
    )
    centre: fields.Centre = Field(
        default="centroid",
        description="The point that the group keeps: centroid (of the surface), origin, or "
        "coordinates such as 0,0,1.5.",
    )
    action: fields.ActionName = Field(
        default="surface",
        title="Acts On",
        description="What the group moves: points of the surface, which must itself be symmetric, "
        "or directions from the centre, on any mesh.",
    )
    tolerance: float = Field(
        default=0.01,
        gt=0,
        le=1,
        description="How far from symmetric the surface may be, relative to its size.",
    )
    style_size: float | None = Field(
        default=None,
        gt=0,
        title="Style Width",
        description="What a style picture's shorter side spans on the surface at style scale 1, "
        "in the mesh's units; default: its diameter.",
    )
    view_layout: fields.ViewLayoutName = Field(
        default="sphere",
        description="Views from all sides, or from a ring around the axis.",
    )
    base: fields.FileName | None = Field(
        default=None,
        description="The base colour: a picture (of a tile one period), or a flat colour such as "
        "'#c8b090'; default: the mesh file's own.",
    )
    start: fields.StartName = Field(
        default="noise",
        title="Start From",
        description="What the painting starts from: noise, or the base colour.",
    )
    motif: fields.SourceName | None = Field(
        default=None,
        description="A picture that every copy of the domain shows: what the painting starts from, "
        "and what it keeps of what the network sees in it.",
    )
    motif_zoom: float = Field(
        default=1.0, ge=0.1, le=10, description="How large the motif is; 1 fills the domain."
    )
    motif_turn: float = Field(
        default=0.0,
        ge=-360,
        le=360,
        description="How far the motif is turned counterclockwise, in degrees.",
    )
    motif_shift: fields.Shift = Field(
        default="0,0",
        description="How far the motif is shifted to the right and up, in widths and heights of "
        "the domain, such as 0.1,-0.25.",
    )
    mask: fields.FileName | None = Field(
        default=None,
        description="Where paint goes: a picture, white for paint; the rest of the base stays as "
        "it is.",
    )
    styles: tuple[Style, ...] = Field(
        default=(Style(source="stained_glass"),),
        max_length=MAX_STYLES,
        description="Style pictures; none unless given where there are dreams.",
    )
    dreams: tuple[Dream, ...] = Field(
        default=(),
        max_length=MAX_DREAMS,
        description="What the network shall see in the picture.",
    )
    size: int = Field(
        default=1024,
        strict=True,
        ge=MIN_SIZE,
        le=MAX_SIZE,
        description="Width of the result in pixels; where it is repeated, of one period. "
        f"{WHOSE_SIZE.capitalize()}.",
    )
    bits: fields.Bits = Field(
        default=8,
        description="Bits of each channel of the delivered picture; 16 in PNG and TIFF files, from "
        "the command line.",
    )
    seed: int = Field(
        default=0, strict=True, ge=0, lt=2**31, description="Another seed, another picture."
    )
    quality: fields.QualityName = Field(
        default="standard", description="How long and how carefully to paint."
    )
    steps: int | None = Field(
        default=None,
        strict=True,
        ge=1,
        le=100_000,
        description="Steps in all; default: as the quality says.",
    )
    network: NetworkName = Field(
        default=AUTO,
        description="The vision network that guides the painting: auto, the best at hand for the "
        "device; one by name; or torchvision:NAME, any classifier of torchvision's.",
    )
    precision: fields.PrecisionName = Field(
        default="auto",
        description="The numbers that the network works with: auto, bfloat16 where the processor "
        "is fast at it. What is measured and painted is float32.",
    )
    style_scale: float = Field(
        default=1.0,
        ge=0.1,
        le=10,
        title="Stroke Size",
        description="Size of the strokes; 2 paints them twice as large.",
    )
    style_colours: fields.SourceName = Field(
        default=fields.OWN,
        description="The colours that the style is painted in: its own; those of the base, or of "
        "another picture, by mean and covariance; or light, only its light and dark over the "
        "base's colours.",
    )
    metamorphosis: bool = Field(
        default=False,
        strict=True,
        description="The styles follow one another along the strip, to the last and back, each for "
        "a stretch as long as its weight; otherwise they are blended everywhere.",
    )
    objective: Objective = Field(
        default=Objective(), description="Weights of the objective's terms."
    )
    learning_rate: float = Field(
        default=0.3,
        gt=0,
        le=1,
        title="Step Size",
        description="How far one step moves the texture, in logits; higher is faster and rougher.",
    )
    views: Annotated[int, Field(ge=1, le=256, description="Views of a stage to choose from.")] = 8
    finishing: Finishing = Field(
        default=Finishing(),
        description="Steps after the painting: contrast, colours, sharpness, inks.",
    )

    @model_validator(mode="before")
    @classmethod
    def _with_what_it_implies(cls, data: Any) -> Any:
        return of_a_pure_dream(of_a_motif(data))

    @model_validator(mode="after")
    def _goes_together(self) -> Self:
        check_together(self)
        return self

    @property
    def dtype(self) -> np.dtype[np.uint8 | np.uint16]:
        """Of the delivered picture's numbers."""
        return np.dtype(f"u{self.bits // 8}")

    @property
    def colours_of(self) -> str | None:
        """The source of the picture whose colours the styles take, if they take a picture's."""
        return (
            None
            if self.style_colours in (fields.OWN, fields.BASE, fields.LIGHT)
            else self.style_colours
        )

    @property
    def motif_placement(self) -> Placement:
        """How the motif lies in the domain."""
        right, up = map(float, self.motif_shift.split(","))
        return Placement(self.motif_zoom, self.motif_turn, (right, up))

    @property
    def pictures_matched(self) -> dict[str, str]:
        """The sources of pictures that steps of finishing name, by the steps' names."""
        return {name: x for name, x in self.finishing.used.items() if STEPS[name].picture}

    def wants_base(self, masked: bool = False) -> str | None:
        """The field for which there must be a picture before, of a mesh a base colour; None if
        there need not. masked: whether a mask is given."""
        wanting = ["start"] if self.start == "base" else []
        wanting += ["style_colours"] if self.style_colours in (fields.BASE, fields.LIGHT) else []
        if self.motif is None:  # which is such a picture to the objective
            wanting += [f"objective.{term.name}" for term in needing_base(self.objective.weights)]
        wanting += ["mask"] if masked else []
        return wanting[0] if wanting else None

"""What the service offers, as data: the body of the wire's ``describe`` reply, and the rows that
the command line prints."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from geometry.catalogue import colourings, find_group, groups
from geometry.spaces import SPHERE
from geometry.sphere.figure import figure
from geometry.symmetry.groups import Colouring, Group, elements
from geometry.symmetry.mirrors import inverts_at_mirrors
from geometry.symmetry.swatches import SIDE
from service import finishing, preparing
from service.networks import AUTO, NETWORKS
from service.recipe.about import DescribedRecipe
from service.recipe.parts import QUALITIES
from service.recipe.recipe import Recipe
from service.survey.labels import group_label
from service.tables.step import Step
from service.terms import TERMS

_COLOURINGS = 64  # of a group in the offer, the simplest ones: pmm alone has 3024
GREY_MIRRORS = "Mirrors show as thin lines without contrast"


def describe() -> dict[str, Any]:
    """The offer, ready for JSON; see :class:`service.serving.protocol.service_messages.Describe`.

    Imports torch to say which networks are at hand: for the worker, not for a quick command.
    """
    from service.inputs.styles import exemplar_pixels, exemplars

    pictures = {name: exemplar_pixels(name) for name in exemplars()}
    return {
        "groups": [full_group_row(group) for group in offered_groups()],
        "styles": list(exemplars()),
        "colour_frames": {name: frame_rows(pixels) for name, pixels in pictures.items()},
        "looks": {name: _text(small_picture(pixels)) for name, pixels in pictures.items()},
        "networks": [
            {"name": AUTO, "title": "Automatic", "available": True},
            *(
                {"name": name, "title": info.title, "available": info.weights.at_hand}
                for name, info in NETWORKS.items()
            ),
        ],
        "terms": term_rows(),
        "qualities": [{"name": name, "title": q.title} for name, q in QUALITIES.items()],
        "defaults": defaults(),
        "recipe_schema": DescribedRecipe.model_json_schema(),
    }


def offered_groups() -> tuple[Group, ...]:
    """The catalogue's groups, and a plain mirror: a family's, which has another number there."""
    return (*groups(), find_group("*", SPHERE.name))


def defaults() -> dict[str, Any]:
    """The fields of a recipe that need not be given, with their values as JSON."""
    required = {name for name, field in Recipe.model_fields.items() if field.is_required()}
    anything = Recipe(target="tile", group="p1")
    return anything.model_dump(mode="json", exclude=required)


def term_rows() -> list[dict[str, Any]]:
    """The terms of the objective: what their sliders are called and where they end."""
    said = "name setting title description default least most usual targets needs_base"
    return [
        {name: getattr(term, name) for name in said.split()} | {"targets": list(term.targets)}
        for term in TERMS.values()
    ]


def finishing_rows() -> list[dict[str, Any]]:
    """The steps of finishing: what their sliders are called and where they end; of a text and of a
    picture there is no least and no most."""
    return [_step_row(step) | {"targets": list(step.targets)} for step in finishing.STEPS.values()]


def preparing_rows() -> list[dict[str, Any]]:
    """The steps of preparing, likewise."""
    return [_step_row(step) for step in preparing.STEPS.values()]


def _step_row(step: Step) -> dict[str, Any]:
    said = ["name", "title", "description", "default", "least", "most"]
    row = {name: getattr(step, name) for name in said}
    row |= {"usual": list(step.usual), "type": "number"}
    if step.default is None:
        row |= {"least": None, "most": None, "type": "picture" if step.picture else "string"}
    return row


def full_group_row(group: Group) -> dict[str, Any]:
    """A group with its simplest colour rules and its figure."""
    return {
        **group_row(group),
        "label": group_label(group),
        "colourings": [colouring_row(group, c) for c in colourings(group)[:_COLOURINGS]],
        "colourings_total": len(colourings(group)),
        "figure": figure_row(group) if group.space is SPHERE else None,
    }


def group_row(group: Group) -> dict[str, Any]:
    """A group's names and size; order is null for the infinite groups."""
    return {
        "name": group.name,
        "family": group.family,
        "space": group.space.name,
        "orbifold": group.orbifold,
        "order": group.order,
        "title": group.title,
    }


def figure_row(group: Group) -> dict[str, Any]:
    """What can be drawn of a group of the sphere, about the z axis; see
    :mod:`geometry.sphere.figure`: axes [x, y, z, order], mirrors [normal], the sides of one domain
    [start, along, angle], points start·cos t + along·sin t, 0 ≤ t ≤ angle."""
    drawn = figure(elements(group, colourings(group)[0]))

    def short(*numbers: float) -> list[float]:
        return [round(float(x), 5) for x in numbers]

    return {
        "axes": [[*short(*axis), order] for axis, order in drawn.axes],
        "mirrors": [short(*normal) for normal in drawn.mirrors],
        "domain": [short(*arc.start, *arc.along, arc.angle) for arc in drawn.domain],
    }


def small_picture(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A picture (H, W, 3) as a swatch of colour rules shows it, (SIDE, SIDE, 3)."""
    image = Image.fromarray(pixels)
    return np.asarray(image.resize((SIDE, SIDE), Image.Resampling.LANCZOS, reducing_gap=2.0))


def frame_rows(pixels: NDArray[np.uint8]) -> list[list[float]]:
    """Of a picture's colour frame: its axes, columns, and its mean, (3, 4) logits."""
    from service.colours import picture_frame_of

    return picture_frame_of(pixels).as_array().round(5).tolist()


def _text(pixels: NDArray[np.uint8]) -> str:
    """sRGB bytes, top row first, in base64."""
    return base64.b64encode(pixels.tobytes()).decode("ascii")


def colouring_row(group: Group, rule: Colouring) -> dict[str, Any]:
    """A colour rule: images as {generator: [±1, ±2, ±3]}."""
    return {
        "name": rule.name,
        "colours": rule.colours,
        "images": {letter: list(colour) for letter, colour in rule.images.items()},
        "summary": rule.summary,
        "note": GREY_MIRRORS if inverts_at_mirrors(group, rule) else "",
    }

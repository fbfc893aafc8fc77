"""What the service offers, as data: the body of the wire's ``describe`` reply, and the rows that
the command line prints."""

from __future__ import annotations

from typing import Any

from geometry.catalogue import colourings, groups
from geometry.groups import Colouring, Group
from service.recipe import QUALITIES, Recipe

_COLOURINGS = 64  # of a group in the offer, the simplest ones: pmm alone has 3024


def describe() -> dict[str, Any]:
    """The offer, ready for JSON; see ``service.serving.wire_kinds.KINDS["describe"].reply``.

    Imports torch to say which networks are at hand: for the worker, not for a quick command.
    """
    from service.inputs import exemplars
    from service.perception.networks import NETWORKS, weights_at_hand

    return {
        "groups": [
            {
                **group_row(group),
                "colourings": [colouring_row(c) for c in colourings(group)[:_COLOURINGS]],
                "colourings_total": len(colourings(group)),
            }
            for group in groups()
        ],
        "styles": list(exemplars()),
        "networks": [
            {"name": name, "title": info.title, "available": weights_at_hand(name)}
            for name, info in NETWORKS.items()
        ],
        "qualities": [{"name": name, "title": q.title} for name, q in QUALITIES.items()],
        "defaults": defaults(),
        "recipe_schema": Recipe.model_json_schema(),
    }


def defaults() -> dict[str, Any]:
    """The fields of a recipe that need not be given, with their values as JSON."""
    required = {name for name, field in Recipe.model_fields.items() if field.is_required()}
    anything = Recipe(target="tile", group="p1")
    return anything.model_dump(mode="json", exclude=required)


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


def colouring_row(rule: Colouring) -> dict[str, Any]:
    """A colour rule: images as {generator: [±1, ±2, ±3]}."""
    return {
        "name": rule.name,
        "colours": rule.colours,
        "images": {letter: list(colour) for letter, colour in rule.images.items()},
        "summary": rule.summary,
    }

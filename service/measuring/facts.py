"""What was measured, as data: for programs, and for the table of the command line."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from geometry.plane.groups import PLANE_GROUPS
from geometry.spaces import Array
from geometry.symmetry.groups import Colouring, Group
from service.measuring.measured import Measured
from service.measuring.painting import Promised
from service.measuring.wallpaper import Trial
from service.reporting.quality import SymmetryError
from service.spaces.frame import PictureGenerator

Json = dict[str, Any]


def facts_of(found: Measured) -> Json:
    """Of any picture. Lengths are pixels of the picture, errors 1/255."""
    rule, (a, b) = found.pattern.colouring, found.cell.T
    plain = [trial for trial in found.plain if trial.agrees]
    highest = max(plain, key=lambda trial: trial.elements, default=None)
    return {
        **_group(found.pattern.group, rule),
        "colour_frame": None if found.frame.is_rgb else dataclasses.asdict(found.frame),
        "agrees": found.trial.agrees,
        "without_colours": None if highest is None else highest.group.name,
        "lattice": {
            "a": _rounded(a),
            "b": _rounded(b),
            "origin": _rounded(found.to_pixels[:2, 2]),
            "lengths": _rounded(np.linalg.norm(found.cell, axis=0)),
            "angle": round(_angle(a, b), 3),
        },
        "reduced": found.scale,
        "unrelated": _number(found.unrelated),
        "translations": _errors(found.shifts, found.unrelated),
        "symmetry": _generators(found.generators, found.errors, found.unrelated, found.scale),
        "groups": [
            {
                "name": group.name,
                "orbifold": group.orbifold,
                "without_colours": _trial(_of(group, found.plain), found),
                "with_colours": _trial(_of(group, found.coloured), found),
            }
            for group in PLANE_GROUPS
        ],
    }


def facts_of_painting(found: Promised) -> Json:
    """Of a painting and its own symmetry."""
    return {
        **_group(found.group, found.colouring),
        "unrelated": _number(found.unrelated),
        "symmetry": _generators(found.generators, found.errors, found.unrelated),
        "seams": {
            axis: None if ratio is None else _number(ratio) for axis, ratio in found.seams.items()
        },
    }


def _group(group: Group, rule: Colouring) -> Json:
    return {
        "group": {"name": group.name, "orbifold": group.orbifold, "title": group.title},
        "colouring": {
            "name": rule.name,
            "colours": rule.colours,
            "images": {letter: list(image) for letter, image in rule.images.items()},
        },
    }


def _generators(
    generators: Sequence[PictureGenerator],
    errors: Sequence[SymmetryError],
    unrelated: float,
    scale: int = 1,
) -> list[Json]:
    measured = {row["name"]: row for row in _errors(errors, unrelated)}
    rows = []
    for g in generators:
        matrix = g.matrix.copy()
        if scale != 1:
            matrix[:2, 2] *= scale
        what = {"name": g.name, "title": g.title}
        how = {"matrix": matrix.tolist(), "colour": list(g.colour)}
        rows.append(what | how | measured.get(g.name, {}))
    return rows


def _errors(errors: Sequence[SymmetryError], unrelated: float) -> list[Json]:
    return [
        {
            "name": error.name,
            "rms": _number(error.rms),
            "worst": _number(error.worst),
            "correlation": round(1 - (error.rms / unrelated) ** 2, 5) if unrelated else None,
            "exact": error.exact,
        }
        for error in errors
    ]


def _of(group: Group, found: Sequence[Trial]) -> Trial | None:
    return next((trial for trial in found if trial.group.name == group.name), None)


def _trial(trial: Trial | None, found: Measured) -> Json | None:
    """Of a group's worst element on the mean period; of translations alone, of these. None where
    the group does not fit the lattice."""
    if trial is None:
        return None
    worst = trial.worst
    if trial.group.order == 1 and not trial.coloured:
        worst = max((error.rms for error in found.shifts), default=0.0) / found.unrelated
    return {
        "rms": _number(worst * found.unrelated),
        "correlation": round(1 - worst**2, 4),
        "agrees": trial.agrees,
    }


def _angle(a: Array, b: Array) -> float:
    cosine = float(a @ b) / float(np.linalg.norm(a) * np.linalg.norm(b))
    return math.degrees(math.acos(cosine))


def _rounded(values: Array) -> list[float]:
    return [round(float(value), 3) + 0.0 for value in values]


def _number(value: float) -> float:
    return float(f"{value:.4g}")

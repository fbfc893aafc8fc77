"""What an image was painted with, kept on it: to paint it again, or to have the settings back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, replace
from typing import Any

import bpy

from ..link.messages import Submission
from ..picture import live_image
from ..problems import ProblemError, refuse
from ..settings.properties import settings_of
from ..settings.table import BY_NAME, LISTS, PAINTED, Choices
from . import jobs

CHOICES_KEY = "orbitex_choices"  # custom property of the image: its Choices, as JSON


def note(begun: jobs.Job, choices: Choices, submission: Submission) -> None:
    """Keep what a job was begun with on its image; the 3D cursor's place as numbers."""
    image = live_image.by_uid(bpy.data.images, begun.image_uid)
    fixed = {
        name: submission.recipe[name]
        for name in ("axis", "centre")
        if getattr(choices, name) == "CURSOR"
    }
    image[CHOICES_KEY] = json.dumps(asdict(replace(choices, **fixed)))


def amend(image: Any, fields: Mapping[str, str]) -> None:
    """Keep on the image which symmetry was found for it: ``fields`` of the recipe."""
    known = {name: BY_NAME[name] for name in fields}
    found = {
        n: fields[n].upper() if row.items and n != "axis" else fields[n] for n, row in known.items()
    }
    with suppress(ValueError, TypeError):
        image[CHOICES_KEY] = json.dumps(json.loads(image.get(CHOICES_KEY, "{}")) | found)


def choices_of_image(image: Any) -> dict[str, Any]:
    """The choices kept on an image, by name; those that this release does not know are left out.

    Raises ProblemError "no-recipe".
    """
    data: Any = None
    with suppress(ValueError, TypeError, AttributeError, RecursionError):
        data = json.loads(image.get(CHOICES_KEY))
    if not isinstance(data, dict):
        refuse("no-recipe", "The settings that made this image are not known.", "Paint again.")
    known: dict[str, Any] = {"use_styles": True, "dreams": ()}  # of releases without dreams
    known |= {row.name: data[row.name] for row in PAINTED if row.name in data}
    for row in LISTS:
        try:
            if row.name in known:
                known[row.name] = row.of_kept(known[row.name])
        except (TypeError, ValueError):
            known.pop(row.name)
    return known


def recall_settings(obj: Any) -> list[str]:
    """Put what the object's image was painted with into the object's settings; the names of those
    that only scripts can set (an axis in numbers, say). Raises ProblemError "no-recipe"."""
    settings = settings_of(obj)
    choices = choices_of_image(settings.image)
    left = []
    for row in PAINTED:
        try:
            if row.name in choices:
                row.put(settings, choices[row.name])
        except (TypeError, ValueError, AttributeError, ProblemError):
            left.append(row.name)
    return left

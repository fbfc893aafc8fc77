"""Paint: from the settings of an object and the arguments of a call to a job."""

# No `from __future__ import annotations`: Blender evaluates the annotations of these classes.
from dataclasses import replace
from typing import Any

import bpy
from bpy.props import BoolProperty, StringProperty

from ..jobs import inherit, jobs, recall, symmetries
from ..offer import dreams
from ..scene import gather
from ..scene.styles import parse_weighted
from ..scene.submission import make_submission
from ..settings import preferences
from ..settings.properties import settings_of
from ..settings.row import CALL, as_typed
from ..settings.surface import AUTOMATIC
from ..settings.table import PAINTED, Choices, choices_of
from .base import Explained
from .waiting import PaintingOperator

# Given in a script's call they win over the object's settings.
ARGUMENTS = {name: made for row in PAINTED for name, made in row.arguments().items()}


class ORBITEX_OT_paint(PaintingOperator, Explained, bpy.types.Operator):
    """Paint a symmetric texture for the active object. In the interface it returns at once and
    the texture grows; in a script it waits for the end"""

    bl_idname = "orbitex.paint"
    bl_label = "Paint"
    bl_description = "Paint a symmetric texture on the active object, live in the viewport"
    # Not REGISTER: its redo panel would run the blocking path in the interface.
    bl_options: Any = {"UNDO"}

    address: StringProperty(
        name="Address", description="Address of the service; default: the preferences", options=CALL
    )
    autostart: BoolProperty(
        name="Start the Service",
        description="Start the service if none answers; default: the preferences",
        options=CALL,
    )

    @classmethod
    def why_not(cls, context: Any) -> str:
        """The object cannot be painted, or is being painted. What a call's arguments may mend
        (see :mod:`..panels.preflight`) does not count here."""
        problem = gather.check(context.active_object)
        return problem.line if problem else jobs.busy_reason(context.active_object)

    def _begin(self, context: Any) -> list[jobs.Job]:
        given = [name for name in ARGUMENTS if self.properties.is_property_set(name)]
        overrides = {name: as_typed(getattr(self, name)) for name in given}
        address = self.address or None
        autostart = self.autostart if self.properties.is_property_set("autostart") else None
        return [begin_paint(context, context.active_object, overrides, address, autostart)]


ORBITEX_OT_paint.__annotations__.update(ARGUMENTS)


def begin_paint(
    context: Any,
    obj: Any,
    overrides: dict[str, Any] | None = None,
    address: str | None = None,
    autostart: bool | None = None,
    aside: bool = False,
    before: jobs.Job | None = None,
) -> jobs.Job:
    """Start painting ``obj`` with its settings, changed by ``overrides`` (names in ARGUMENTS);
    ``address`` and ``autostart`` default to the preferences; ``aside`` and ``before`` are
    :func:`..jobs.jobs.begin`'s. Does not wait.

    Raises ProblemError with the reason when the scene cannot be painted.
    """
    service = preferences.read(context)
    if address:
        service = replace(service, address=address)
    preferences.check_address(service.address)
    overrides = dict(overrides or {})
    if "style" in overrides:
        overrides["styles"] = parse_weighted(overrides.pop("style"))
        overrides.setdefault("use_styles", True)
    if "dream" in overrides:
        overrides["dreams"] = parse_weighted(overrides.pop("dream"), "bad-dream")
        overrides.setdefault("use_styles", False)
    choices = choices_of(settings_of(obj))
    choices = _with_views(choices, _with_following(choices, overrides))
    submission = make_submission(obj, context, choices, service)
    if "group" not in overrides and symmetries.is_open(obj) and not symmetries.is_looked_at(obj):
        submission = replace(submission, detects=True)
    uv_map = gather.chosen_uv_map(obj, choices.uv_map)
    launch = preferences.launcher(service, autostart)
    begun = jobs.begin(obj, submission, uv_map, launch, aside=aside, before=before)
    begun.warning = gather.collapsed_faces(obj.name, uv_map, submission.buffers)
    recall.note(begun, choices, submission)
    begun.asked = jobs.asked_of(obj)
    inherit.note(obj)
    return begun


def _with_following(choices: Choices, overrides: dict[str, Any]) -> dict[str, Any]:
    """With what follows when a call switches styles on or off, as in the panel."""
    use_styles = overrides.get("use_styles", choices.use_styles)
    if use_styles == choices.use_styles:
        return overrides
    return dreams.following(choices, use_styles) | overrides


def _with_views(choices: Choices, overrides: dict[str, Any]) -> Choices:
    """A number of views alone means automatic ones, and 0 the scene's cameras."""
    kind = overrides.get("view_kind", choices.view_kind)
    if "views" in overrides and "view_kind" not in overrides:
        automatic = kind if kind in AUTOMATIC else "AROUND"
        kind = automatic if overrides["views"] else "CAMERAS"
    return replace(choices, **overrides | {"view_kind": kind})


CLASSES = (ORBITEX_OT_paint,)

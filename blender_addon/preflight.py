"""What stops a painting, as far as it can be seen without work: the panel asks on every redraw."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import gather, instances, mask, preferences, styles, viewpoints
from .problems import Problem, ProblemError
from .properties import settings_of


def first_problem(context: Any, obj: Any) -> Problem | None:
    """The first problem of ``obj`` with its settings; None if it may be painted."""
    settings = settings_of(obj) if obj is not None else None
    problem = gather.check(obj, settings.uv_map if settings else "")
    if problem is None:
        problem = instances.check_mesh(obj, context.evaluated_depsgraph_get())
    if problem is not None or settings is None:
        return problem
    checks: list[Callable[[], Any]] = [
        lambda: preferences.check_address(preferences.read(context).address),
        *(lambda source=style.source: styles.check_source(source) for style in settings.styles),
    ]
    if settings.view_kind in ("CAMERAS", "ACTIVE"):
        active_only = settings.view_kind == "ACTIVE"
        checks.append(lambda: viewpoints.scene_cameras(context.scene, active_only))
    if settings.mask_kind != "NONE":
        checks.append(lambda: mask.check_name(settings.mask_kind, settings.mask, obj))
    for check in checks:
        try:
            check()
        except ProblemError as error:
            return error.problem
    return None

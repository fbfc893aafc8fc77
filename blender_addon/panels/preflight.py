"""What stops a painting, as far as it can be seen without work: the panel asks on every redraw."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from ..jobs import pump
from ..link import lookups
from ..offer import dreams
from ..problems import Problem, ProblemError
from ..scene import gather, instances, mask, styles, submission, viewpoints
from ..settings import preferences
from ..settings.dream import target_of
from ..settings.properties import settings_of


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
        lambda: submission.check_lists(len(settings.dreams), settings.use_styles),
        lambda: _check_dreams(settings),
    ]
    if settings.use_styles:
        checks += [partial(styles.check_source, style.source) for style in settings.styles]
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


def _check_dreams(settings: Any) -> None:
    """As far as the service has said what is in the network; it is asked for that here."""
    if not settings.dreams:
        return
    pump.look_up(lookups.Question("network", settings.network))
    contents = lookups.contents(settings.network)
    if contents is None:
        return
    for dream in settings.dreams:
        dreams.check_target(target_of(dream), settings.network, contents)

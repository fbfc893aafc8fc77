"""Questions about painted objects on their way: what is asked, and what becomes of the answers.

Main thread only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import bpy
import numpy as np

from ..jobs import jobs
from ..link.connection import Message
from ..link.messages import RUNNING
from ..picture import live_image, pictures
from ..problems import Problem, ProblemError, refuse
from ..scene import gather
from ..settings import preferences
from ..settings.properties import settings_of
from .asking import Asking

_TICK = 0.1  # seconds between looks for an answer


@dataclass(frozen=True, eq=False)
class Painted:
    """What an object shows: its texture |u1 (H, W, 3), top row first, and its mesh."""

    picture: np.ndarray
    mesh: gather.MeshInput

    def buffers(self) -> dict[str, np.ndarray]:
        """The named arrays of a question."""
        return {"picture": self.picture, **self.mesh.buffers()}


def painted(context: Any, obj: Any, most_side: int) -> Painted:
    """The texture and the mesh of a painted object; of larger textures every second pixel, or
    third. Raises ProblemError, as :func:`..scene.gather.gather_mesh`, and "no-base" for an image
    without pixels."""
    image = settings_of(obj).image
    mesh = gather.gather_mesh(obj, context.evaluated_depsgraph_get(), uv_map_of(obj, image))
    pixels = pictures.read_pixels(image)
    if pixels is None:
        refuse("no-base", f"The image '{image.name}' has no pixels.", "Is its file missing?")
    step = -(-max(pixels.shape[:2]) // most_side)
    return Painted(pictures.to_bytes(pixels[::step, ::step, :3]), mesh)


def uv_map_of(obj: Any, image: Any) -> str:
    """The UV map that an object's texture is painted for."""
    return str(image.get(jobs.UV_MAP_KEY, "")) or gather.chosen_uv_map(obj, "")


class Questions:
    """Those of one kind, one open question an object. ``take`` is given an object and the reply,
    and may raise ProblemError; ``title`` names the undo step that it makes; ``explain`` puts into
    other words why there is no answer about an object."""

    def __init__(
        self,
        kind: str,
        title: str,
        take: Callable[[Any, Message], None],
        explain: Callable[[Any, Problem], Problem] = lambda obj, problem: problem,
    ) -> None:
        self._kind, self._title, self._take, self._explain = kind, title, take, explain
        self._pending: dict[Any, Asking] = {}  # by object
        self._problems: dict[Any, Problem] = {}  # by object, of its last question
        self._timer = self._look  # one object, by which Blender knows it again

    def is_pending(self, obj: Any) -> bool:
        """Whether the answer about an object is still to come."""
        return live_image.uid_of(obj) in self._pending

    def problem(self, obj: Any) -> Problem | None:
        """Why the last question about an object has no answer."""
        return self._problems.get(live_image.uid_of(obj))

    def ask(
        self,
        context: Any,
        obj: Any,
        fields: Mapping[str, Any],
        buffers: Mapping[str, np.ndarray],
        address: str = "",
    ) -> Asking:
        """Ask about an object the service at ``address``, or else the one that painted it, or else
        the preferences'. An older question is given up. Raises ProblemError."""
        job = jobs.job_of(obj)
        service = preferences.read(context)
        if known := address or (job.client.address if job is not None else ""):
            service = replace(service, address=known)
        preferences.check_address(service.address)
        launch = preferences.launcher(service)
        about = self._kind, fields, buffers
        asking = Asking(service.address, launch, service.key_file, *about)
        self.give_up(obj)
        uid = live_image.uid_of(obj)
        self._problems.pop(uid, None)
        self._pending[uid] = asking
        asking.start()
        return asking

    def give_up(self, obj: Any) -> None:
        """Wait for the answer about an object no longer."""
        if (asking := self._pending.pop(live_image.uid_of(obj), None)) is not None:
            asking.leave()

    def collect(self) -> bool:
        """Take what has come; whether other answers are still to come."""
        for uid, asking in list(self._pending.items()):
            report = asking.report()
            if report.state in RUNNING:
                continue
            del self._pending[uid]
            obj = live_image.by_uid(bpy.data.objects, uid)
            if obj is None or settings_of(obj).image is None:
                continue
            try:
                if report.problem is not None:
                    raise ProblemError(report.problem)
                if asking.answer is not None:
                    self._take(obj, asking.answer)
            except ProblemError as error:
                self._problems[uid] = self._explain(obj, error.problem)
            live_image.redraw()
        return bool(self._pending)

    def wait(self, obj: Any, asking: Asking) -> None:
        """Wait for the answer about an object, in a script. Raises ProblemError."""
        try:
            while self.is_pending(obj):
                self.collect()
                if self.is_pending(obj):
                    asking.wait(_TICK)
        except BaseException:  # Ctrl-C
            self.give_up(obj)
            raise
        if (problem := self.problem(obj)) is not None:
            raise ProblemError(problem)

    def watch(self) -> None:
        """Let a timer take the answers, in the interface."""
        if not bpy.app.timers.is_registered(self._timer):
            bpy.app.timers.register(self._timer, first_interval=_TICK)

    def stop(self) -> None:
        """End the threads and forget all."""
        if bpy.app.timers.is_registered(self._timer):
            bpy.app.timers.unregister(self._timer)
        for asking in self._pending.values():
            asking.leave()
            asking.join()
        self._pending.clear()
        self._problems.clear()

    def _look(self) -> float | None:
        if self.collect():
            return _TICK
        bpy.ops.ed.undo_push(message=self._title)
        return None

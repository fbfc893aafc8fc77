"""The operators that look after the service: connect, start, preferences."""

from __future__ import annotations

from typing import Any

import bpy

from ..jobs import events, pump
from ..link import inquiry
from ..problems import ProblemError, no_service
from ..settings import preferences
from .base import Awaiting, Explained, Result


def first_contact() -> None:
    """A timer's function: ask a service that may be running already for its menus. Says nothing
    but in the Service panel; starts nothing. And come back to jobs of the file, which was opened
    before the add-on was there."""
    events.watch_again()
    service = preferences.read(bpy.context)
    try:
        preferences.check_address(service.address)
    except ProblemError:
        return
    inquiry.inquire(service.address, key_file=service.key_file)
    pump.start_timer()


class _Ask(Awaiting, Explained):
    """What the operators that ask the service for its menus share."""

    @classmethod
    def why_not(cls, context: Any) -> str:
        """A question is open already."""
        return "Still connecting to the service" if inquiry.pending() is not None else ""

    def _await(self, context: Any) -> Result:
        self._ask(context)
        while pump.pump() and inquiry.pending() is not None:
            waiting = inquiry.pending()
            if waiting is not None:
                waiting.wait(pump.TICK_SECONDS)
        problem = inquiry.problem()
        if problem is not None:
            raise ProblemError(problem)
        return {"FINISHED"}

    def _start(self, context: Any) -> Result:
        self._ask(context)
        pump.start_timer()
        return {"FINISHED"}

    def _ask(self, context: Any) -> None:
        service = preferences.read(context)
        preferences.check_address(service.address)
        inquiry.inquire(service.address, key_file=service.key_file)


class ORBITEX_OT_connect(_Ask, bpy.types.Operator):
    """Ask the service what it offers"""

    bl_idname = "orbitex.connect"
    bl_label = "Connect"
    bl_description = "Ask the service which symmetries, styles and qualities it offers"


class ORBITEX_OT_test_connection(_Ask, bpy.types.Operator):
    """Check whether the service can be reached"""

    bl_idname = "orbitex.test_connection"
    bl_label = "Test Connection"
    bl_description = (
        "Show the service's version and device and how fast it answers, or what is wrong"
    )

    def _await(self, context: Any) -> Result:
        result = super()._await(context)
        self.report({"INFO"}, inquiry.line())
        return result


class ORBITEX_OT_start_service(_Ask, bpy.types.Operator):
    """Start the service and ask what it offers"""

    bl_idname = "orbitex.start_service"
    bl_label = "Start Service"
    bl_description = "Start the Orbitex service on this machine and connect to it"

    def _ask(self, context: Any) -> None:
        service = preferences.read(context)
        launch = preferences.launcher(service, wanted=True)
        if launch is None:  # another machine's, or one with keys: not to be started from here
            raise ProblemError(no_service(service.address))
        inquiry.inquire(service.address, launch)


class ORBITEX_OT_show_preferences(bpy.types.Operator):
    """Open Orbitex's preferences"""

    bl_idname = "orbitex.show_preferences"
    bl_label = "Open Preferences"
    bl_description = "Open the preferences of Orbitex"

    def execute(self, context: Any) -> Result:
        """Blender's own operator shows the add-on."""
        show: Any = bpy.ops.preferences.addon_show
        show(module=preferences.ADDON)
        return {"FINISHED"}


CLASSES = (
    ORBITEX_OT_connect,
    ORBITEX_OT_test_connection,
    ORBITEX_OT_start_service,
    ORBITEX_OT_show_preferences,
)

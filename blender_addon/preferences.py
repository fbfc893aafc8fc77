"""The add-on's preferences, and the frozen copy of them that everything else reads."""

# No `from __future__ import annotations`: Blender evaluates the annotations of these classes.
import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import bpy
from bpy.props import BoolProperty, FloatProperty, IntProperty, StringProperty

from . import service_process
from .connection import is_loopback
from .problems import refuse
from .wire import DEFAULT_ADDRESS


@dataclass(frozen=True)
class ServicePreferences:
    """Where the service is and how frames come. The values of an add-on that is registered
    without being installed (headless scripts, tests) are these defaults."""

    address: str = DEFAULT_ADDRESS
    python: str = ""
    autostart: bool = True
    preview_size: int = 512
    preview_rate: float = 10.0


DEFAULTS = ServicePreferences()


class OrbitexPreferences(bpy.types.AddonPreferences):
    """Edit > Preferences > Add-ons > Orbitex."""

    bl_idname = __package__ or "blender_addon"

    address: StringProperty(
        name="Address",
        description="Address of the service, such as tcp://127.0.0.1:5577",
        default=DEFAULTS.address,
    )
    python: StringProperty(
        name="Service Python",
        description="The Python that has Orbitex installed; empty: Blender's own, if it has it",
        default=DEFAULTS.python,
        subtype="FILE_PATH",
    )
    autostart: BoolProperty(
        name="Start the Service",
        description="Start the service when it is needed and its address is on this machine",
        default=DEFAULTS.autostart,
    )
    preview_size: IntProperty(
        name="Preview Size",
        description="Longest side of the frames shown while painting, in pixels; 0: full size",
        default=DEFAULTS.preview_size,
        min=0,
        max=4096,
        subtype="PIXEL",
    )
    preview_rate: FloatProperty(
        name="Preview Rate",
        description="Frames a second shown while painting, at most",
        default=DEFAULTS.preview_rate,
        min=0.1,
        max=60.0,
    )

    def draw(self, context: Any) -> None:
        """The preferences' box."""
        column = self.layout.column()
        column.use_property_split = True
        for name in ("address", "autostart", "python", "preview_size", "preview_rate"):
            column.prop(self, name)


def read(context: Any) -> ServicePreferences:
    """The preferences as a frozen value."""
    addon = context.preferences.addons.get(__package__)
    stored = addon.preferences if addon else None
    if stored is None:
        return DEFAULTS
    return ServicePreferences(
        stored.address,
        bpy.path.abspath(stored.python),
        stored.autostart,
        stored.preview_size,
        stored.preview_rate,
    )


def check_address(address: str) -> None:
    """Raises ProblemError "bad-address", or "offline" for another machine's address while
    Blender's online access is off."""
    if not is_loopback(address) and not getattr(bpy.app, "online_access", True):
        refuse(
            "offline",
            f"{address} is another machine, and Blender's online access is off.",
            "Allow it in Preferences > System > Network.",
            "orbitex.online_access",
            "Open the network preferences",
        )


def launcher(
    service: ServicePreferences, wanted: bool | None = None
) -> Callable[[], service_process.ServiceProcess] | None:
    """A function that starts the service at its address; None where it must not be started
    (``wanted``, by default the preference, is off, or the address is another machine)."""
    if not (service.autostart if wanted is None else wanted) or not is_loopback(service.address):
        return None
    return functools.partial(service_process.ensure, service.address, service.python)


CLASSES = (OrbitexPreferences,)

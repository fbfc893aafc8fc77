"""The add-on's preferences, and the frozen copy of them that everything else reads."""

# No `from __future__ import annotations`: Blender evaluates the annotations of these classes.
import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np
from bpy.props import BoolProperty, EnumProperty, FloatProperty, IntProperty, StringProperty

from ..link import inquiry, service_process
from ..link.connection import is_loopback
from ..link.messages import DECODED_SIDE, Submission
from ..link.wire import DEFAULT_ADDRESS
from ..offer import catalogue
from ..own_folder import ADDON, service_place
from ..problems import refuse
from ..setup import installing


@dataclass(frozen=True)
class ServicePreferences:
    """Where the service is and how frames come. The values of an add-on that is registered
    without being installed (headless scripts, tests) are these defaults."""

    address: str = DEFAULT_ADDRESS
    python: str = ""
    autostart: bool = True
    preview_size: int = 512
    preview_rate: float = 10.0
    key_file: str = ""
    save_png: bool = False
    show_texture: str = "KEEP"

    @property
    def encoding(self) -> str:
        """Of streamed frames: a slow line gets JPEGs, of sizes that Blender decodes at once."""
        small = 0 < self.preview_size <= DECODED_SIDE
        return "jpeg" if small and not is_loopback(self.address) else "raw"

    def submission(
        self,
        recipe: Mapping[str, Any] | None = None,
        cameras: tuple[Mapping[str, Any], ...] = (),
        buffers: Mapping[str, np.ndarray] | None = None,
        job: str = "",
    ) -> Submission:
        """What is sent for a new job, or the watch over ``job``, which this service has."""
        return Submission(
            self.address,
            recipe or {},
            cameras,
            buffers or {},
            preview_size=self.preview_size,
            preview_rate=self.preview_rate,
            job=job,
            key_file=self.key_file,
            encoding=self.encoding,
        )


DEFAULTS = ServicePreferences()


class OrbitexPreferences(bpy.types.AddonPreferences):
    """Edit > Preferences > Add-ons > Orbitex."""

    bl_idname = ADDON

    address: StringProperty(
        name="Address",
        description="Address of the service, such as tcp://127.0.0.1:5577",
        default=DEFAULTS.address,
        update=lambda self, context: inquiry.forget_problem(),
    )
    python: StringProperty(
        name="Service Python",
        description="The Python in which the service is installed. If empty, it is looked for",
        default=DEFAULTS.python,
        subtype="FILE_PATH",
    )
    autostart: BoolProperty(
        name="Start Automatically",
        description="Start the service when it is needed, if its address is on this machine",
        default=DEFAULTS.autostart,
    )
    preview_size: IntProperty(
        name="Preview Size",
        description="Longest side of the frames shown while painting, in pixels",
        default=DEFAULTS.preview_size,
        min=0,
        max=4096,
        subtype="PIXEL",
    )
    full_size: BoolProperty(
        name="Full Size Preview",
        description="Show frames at the texture's full size while painting",
        get=lambda self: self.preview_size == 0,
        set=lambda self, wanted: setattr(
            self, "preview_size", 0 if wanted else DEFAULTS.preview_size
        ),
        options={"SKIP_SAVE"},
    )
    preview_rate: FloatProperty(
        name="Preview Rate",
        description="Maximum number of frames per second shown while painting",
        default=DEFAULTS.preview_rate,
        min=0.1,
        max=60.0,
    )

    key_file: StringProperty(
        name="Key File",
        description="Your key for a service that demands keys, made by 'service keys new NAME' "
        "where it runs; empty: it demands none",
        default=DEFAULTS.key_file,
        subtype="FILE_PATH",
    )
    save_png: BoolProperty(
        name="Save PNG Next to File",
        description="Also save each finished texture as a PNG next to the .blend file",
        default=DEFAULTS.save_png,
    )

    show_texture: EnumProperty(
        name="Show Texture",
        description="Whether the viewport where you press Paint, if it is in Solid or Wireframe "
        "shading, is switched to show the texture",
        items=[
            ("PAINTING", "While Painting", "Then the viewport gets its shading back"),
            ("KEEP", "From Then On", "The viewport goes on showing the texture"),
            ("NEVER", "Never", "Viewports are left alone"),
        ],
        default=DEFAULTS.show_texture,
    )

    def draw(self, context: Any) -> None:
        """The preferences' box."""
        column = self.layout.column()
        column.use_property_split = True
        for name in ("address", "key_file"):
            column.prop(self, name)
        column.operator("orbitex.test_connection", icon="LINKED")
        known, problem = catalogue.known(), inquiry.problem()
        if inquiry.pending():
            column.label(text="Connecting…", icon="SORTTIME")
        elif problem is not None:
            column.label(text=problem.message, icon="ERROR")
            column.label(text=problem.hint, icon="BLANK1")
        elif known.service:
            column.label(text=inquiry.line(), icon="CHECKMARK")
        for name in ("autostart", "python"):
            column.prop(self, name)
        _draw_installation(column)
        for name in ("show_texture", "full_size"):
            column.prop(self, name)
        if self.preview_size:
            column.prop(self, "preview_size")
        for name in ("preview_rate", "save_png"):
            column.prop(self, name)


def _draw_installation(column: Any) -> None:
    """The buttons of Install Service, and how it goes."""
    place, report = service_place(), installing.report()
    if place is None:  # a checkout
        return
    row = column.row(align=True)
    text = "Install Service"
    if place.is_complete():
        text = "Reinstall Service" if place.is_current() else "Update Service"
    row.operator("orbitex.install_service", text=text, icon="IMPORT")
    row.operator("orbitex.remove_service", text="Remove", icon="TRASH")
    if installing.pending() is not None and report is not None:
        row = column.row()
        row.label(text=report.line, icon="SORTTIME")
        row.operator("orbitex.cancel_install", icon="X")
    elif report is not None and report.problem is not None:
        column.label(text=report.problem.message, icon="ERROR")
        column.label(text=report.problem.hint, icon="BLANK1")


def use_installed(context: Any) -> None:
    """Let the service that Install Service has installed be the one that is started."""
    addon = context.preferences.addons.get(ADDON)
    if addon is not None and addon.preferences is not None and addon.preferences.python:
        addon.preferences.python = ""
        context.preferences.is_dirty = True


def read(context: Any) -> ServicePreferences:
    """The preferences as a frozen value."""
    addon = context.preferences.addons.get(ADDON)
    stored = addon.preferences if addon else None
    if stored is None:
        return DEFAULTS
    return ServicePreferences(
        stored.address,
        bpy.path.abspath(stored.python),
        stored.autostart,
        stored.preview_size,
        stored.preview_rate,
        bpy.path.abspath(stored.key_file),
        stored.save_png,
        stored.show_texture,
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
            "Open Network Preferences",
        )


def launcher(
    service: ServicePreferences, wanted: bool | None = None
) -> Callable[[], service_process.ServiceProcess] | None:
    """A function that starts the service at its address; None where it must not be started
    (``wanted``, by default the preference, is off, the address is another machine's, or there is
    a key: one that is started here demands none, and a key would be met with silence)."""
    if not (service.autostart if wanted is None else wanted) or service.key_file:
        return None
    if not is_loopback(service.address):
        return None
    return functools.partial(
        service_process.ensure, service.address, service.python, service_place()
    )


CLASSES = (OrbitexPreferences,)

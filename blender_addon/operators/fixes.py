"""The operators that mend a problem at one click; the problem names its operator."""

# No `from __future__ import annotations`: Blender evaluates the annotations of these classes.
import math
from typing import Any

import bpy
import numpy as np

from ..jobs import jobs
from ..offer.catalogue import EMBEDDED_NETWORK
from ..picture import live_image
from ..problems import ProblemError, refuse
from ..scene import instances
from ..scene.styles import check_source
from ..settings.properties import settings_of
from .base import Acting, Explained, OnMesh, Result

UV_NAME = "Orbitex"


def smart_uv(obj: Any, context: Any) -> str:
    """Smart UV Project into a new UV map, which becomes active; its name.

    Selection and mode are as before afterwards. Raises ProblemError "no-faces", "too-many-uvs".
    """
    mesh: Any = obj.data
    mode = obj.mode
    with context.temp_override(active_object=obj, object=obj, selected_objects=[obj]):
        if mode != "OBJECT":
            bpy.ops.object.mode_set(mode="OBJECT")
        if not mesh.polygons:
            made = "Apply the modifiers that make them." if obj.modifiers else ""
            refuse("no-faces", f"'{obj.name}' has no faces of its own to unwrap.", made)
        layer = mesh.uv_layers.new(name=UV_NAME)
        if layer is None:
            refuse("too-many-uvs", f"'{obj.name}' has no room for one more UV map.", "Delete one.")
        name = layer.name
        mesh.uv_layers.active = layer
        selection = {
            part: np.empty(len(getattr(mesh, part)), bool)
            for part in ("vertices", "edges", "polygons")
        }
        for part, chosen in selection.items():
            getattr(mesh, part).foreach_get("select", chosen)
        bpy.ops.object.mode_set(mode="EDIT")
        bpy.ops.mesh.select_all(action="SELECT")
        bpy.ops.uv.smart_project(angle_limit=math.radians(66), island_margin=0.01)
        bpy.ops.object.mode_set(mode="OBJECT")
        for part, chosen in selection.items():
            getattr(mesh, part).foreach_set("select", chosen)
        if mode != "OBJECT":
            bpy.ops.object.mode_set(mode=mode)
    return name


class ORBITEX_OT_smart_uv(Acting, OnMesh, bpy.types.Operator):
    """Unwrap onto a new UV map"""

    bl_idname = "orbitex.smart_uv"
    bl_label = "Smart UV Project"
    bl_description = "Unwrap the object onto a new UV map. Existing UV maps are kept"
    bl_options: Any = {"REGISTER", "UNDO"}

    def _act(self, context: Any) -> Result:
        obj = context.active_object
        settings_of(obj).uv_map = smart_uv(obj, context)
        painted = jobs.job_of(obj)
        if painted is not None:
            painted.warning = None  # it was about another UV map
        return {"FINISHED"}


def _setting(name: str, label: str, description: str, setting: str, value: Any) -> Any:
    """A fix that changes one setting of the active object: ``setting`` becomes ``value``."""

    def execute(self: Any, context: Any) -> Result:
        setattr(settings_of(context.active_object), setting, value)
        live_image.redraw()
        return {"FINISHED"}

    known = {"bl_idname": f"orbitex.{name}", "bl_label": label, "bl_description": description}
    options = {"bl_options": {"REGISTER", "UNDO"}}
    bases = OnMesh, bpy.types.Operator
    return type(f"ORBITEX_OT_{name}", bases, {**known, **options, "execute": execute})


SETTINGS = (
    _setting(
        "use_ring",
        "Use Ring of Views",
        "View the object from a ring around its axis. No camera is needed",
        *("view_kind", "RING"),
    ),
    _setting(
        "use_active_uv",
        "Use Active UV Map",
        "Use the active UV map instead of the missing one",
        *("uv_map", ""),
    ),
    _setting(
        "paint_everywhere",
        "Paint Everywhere",
        "Paint the whole object, without a mask",
        *("mask_kind", "NONE"),
    ),
    _setting(
        "ignore_others",
        "Ignore Other Objects",
        "Ignore other objects in front of this one",
        *("occluders", False),
    ),
    _setting("use_styles", "Use Styles", "Paint in the styles of the list", "use_styles", True),
    _setting(
        "use_embedded_network",
        "Use Embedded Network",
        "Paint with the network that comes with the service",
        *("network", EMBEDDED_NETWORK),
    ),
)


class ORBITEX_OT_remove_missing_styles(OnMesh, bpy.types.Operator):
    """Take the styles whose picture is not there off the list"""

    bl_idname = "orbitex.remove_missing_styles"
    bl_label = "Remove Missing Styles"
    bl_description = "Remove styles whose picture is missing from the list"
    bl_options: Any = {"REGISTER", "UNDO"}

    def execute(self, context: Any) -> Result:
        """Remove them."""
        styles = settings_of(context.active_object).styles
        for number in reversed(range(len(styles))):
            try:
                check_source(styles[number].source)
            except ProblemError:
                styles.remove(number)
        return {"FINISHED"}


class ORBITEX_OT_realize_instances(OnMesh, bpy.types.Operator):
    """Make faces of the instances that a mesh shows"""

    bl_idname = "orbitex.realize_instances"
    bl_label = "Realize Instances"
    bl_description = "Add a modifier that realizes the instances, so that they can be painted"
    bl_options: Any = {"REGISTER", "UNDO"}

    def execute(self, context: Any) -> Result:
        """Add the modifier."""
        instances.realize(context.active_object)
        return {"FINISHED"}


class ORBITEX_OT_make_instances_real(Explained, bpy.types.Operator):
    """Copy what an instanced collection holds into the scene"""

    bl_idname = "orbitex.make_instances_real"
    bl_label = "Make Instances Real"
    bl_description = "Replace the instance by real objects, and select a mesh among them"
    bl_options: Any = {"REGISTER", "UNDO"}

    @classmethod
    def why_not(cls, context: Any) -> str:
        """No instance of a collection is active."""
        obj = context.active_object
        real = obj is None or instances.check_empty(obj) is None
        return "Select an instance of a collection" if real else ""

    def execute(self, context: Any) -> Result:
        """Make them real."""
        instances.make_real(context.active_object, context)
        return {"FINISHED"}


class ORBITEX_OT_online_access(bpy.types.Operator):
    """Show where Blender's online access is allowed"""

    bl_idname = "orbitex.online_access"
    bl_label = "Open Network Preferences"
    bl_description = "Open Preferences > System > Network, where online access is allowed"

    def execute(self, context: Any) -> Result:
        """Blender's own window; a Blender without windows has none to show."""
        if bpy.app.background:
            self.report({"ERROR"}, "There is no window to show the preferences in.")
            return {"CANCELLED"}
        context.preferences.active_section = "SYSTEM"
        show: Any = bpy.ops.screen.userpref_show
        show("INVOKE_DEFAULT")
        return {"FINISHED"}


CLASSES = (
    ORBITEX_OT_smart_uv,
    *SETTINGS,
    ORBITEX_OT_remove_missing_styles,
    ORBITEX_OT_realize_instances,
    ORBITEX_OT_make_instances_real,
    ORBITEX_OT_online_access,
)

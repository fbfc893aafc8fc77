"""The operators of presets, and what connects presets with an object's settings."""

# No `from __future__ import annotations`: Blender evaluates the annotations of these classes.
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import bpy
from bpy.props import StringProperty

from ..own_folder import own_folder as _own_folder
from ..picture import live_image
from ..problems import ProblemError, refuse
from ..settings import presets
from ..settings.properties import settings_of
from .base import OnMesh, Result, attempt


def own_folder() -> Path:
    """Where the user's own presets are kept."""
    return _own_folder("presets", "SCRIPTS", "presets/orbitex")


def values_of(settings: Any) -> dict[str, Any]:
    """All settings that a preset may hold, with their values."""
    return {name: row.read(settings) for name, row in presets.HELD.items()}


def changes(settings: Any, wanted: Mapping[str, Any]) -> list[str]:
    """What ``wanted`` would change: lines "setting: old → new"."""
    rows = [presets.HELD[name] for name in wanted]
    told = [(row, row.spelt(row.read(settings)), row.spelt(wanted[row.name])) for row in rows]
    return [f"{row.title}: {old} → {new}" for row, old, new in told if old != new]


def apply(settings: Any, wanted: Mapping[str, Any]) -> None:
    """Put a preset's values into the settings: all of them or, with ProblemError "bad-preset",
    none."""
    before = values_of(settings)
    try:
        _put(settings, wanted)
    except (TypeError, ValueError, ProblemError) as error:
        _put(settings, before)
        refuse("bad-preset", f"The preset holds a value that does not fit: {error}")


def _put(settings: Any, wanted: Mapping[str, Any]) -> None:
    for name, row in presets.HELD.items():  # in the order of the table
        if name in wanted:
            row.put(settings, wanted[name])


class _Named(OnMesh):
    """An operator on the preset called ``name``."""

    bl_options: Any = {"REGISTER", "UNDO"}

    def execute(self, context: Any) -> Result:
        """Do it."""
        result = attempt(self, self._act, settings_of(context.active_object))
        live_image.redraw()
        return result

    def _act(self, settings: Any) -> Result:
        raise NotImplementedError


class ORBITEX_OT_preset_apply(_Named, bpy.types.Operator):
    """Take over a preset's settings"""

    bl_idname = "orbitex.preset_apply"
    bl_label = "Apply Preset"
    bl_description = "Apply a preset's settings. Shows first what would change"

    name: StringProperty(name="Name", description="The preset", options={"SKIP_SAVE"})

    def invoke(self, context: Any, event: Any) -> Result:
        """Show what would change, and ask."""
        try:
            preset = presets.read(self.name, own_folder())
        except ProblemError as error:
            self.report({"ERROR"}, error.problem.line)
            return {"CANCELLED"}
        self._lines = changes(settings_of(context.active_object), preset.settings)
        return context.window_manager.invoke_props_dialog(self, width=360)

    def draw(self, context: Any) -> None:
        """The dialog: old and new values."""
        draw_changes(self.layout, self.name, self._lines)

    def _act(self, settings: Any) -> Result:
        apply(settings, presets.read(self.name, own_folder()).settings)
        return {"FINISHED"}


def draw_changes(layout: Any, name: str, lines: list[str]) -> None:
    """The dialog before a preset is applied."""
    layout.label(text=f"'{name}' would change:" if lines else f"'{name}' changes nothing")
    column = layout.column(align=True)
    for line in lines:
        column.label(text=line, icon="DOT")


class ORBITEX_OT_preset_save(_Named, bpy.types.Operator):
    """Keep the settings as a preset"""

    bl_idname = "orbitex.preset_save"
    bl_label = "Save Preset"
    bl_description = "Save this object's settings as a preset"
    bl_options: Any = {"REGISTER"}

    name: StringProperty(name="Name", description="What the preset is called", default="My look")

    def invoke(self, context: Any, event: Any) -> Result:
        """Ask for the name."""
        return context.window_manager.invoke_props_dialog(self)

    def _act(self, settings: Any) -> Result:
        presets.save(self.name, values_of(settings), own_folder())
        return {"FINISHED"}


class ORBITEX_OT_preset_remove(_Named, bpy.types.Operator):
    """Delete an own preset"""

    bl_idname = "orbitex.preset_remove"
    bl_label = "Delete Preset"
    bl_description = "Delete this preset"
    bl_options: Any = {"REGISTER"}

    name: StringProperty(name="Name", description="The preset", options={"SKIP_SAVE"})

    def invoke(self, context: Any, event: Any) -> Result:
        """Ask first: there is no undo for files."""
        return context.window_manager.invoke_confirm(self, event)

    def _act(self, settings: Any) -> Result:
        presets.remove(self.name, own_folder())
        return {"FINISHED"}


class ORBITEX_MT_presets(bpy.types.Menu):
    """The presets, and what can be done with them."""

    bl_idname = "ORBITEX_MT_presets"
    bl_label = "Presets"
    bl_description = "Settings to start from, built-in ones and your own"

    def draw(self, context: Any) -> None:
        """Built-in ones, own ones, save, delete."""
        layout: Any = self.layout
        found = presets.listed(own_folder())
        for name, own in found:
            icon = "USER" if own else "PRESET"
            layout.operator("orbitex.preset_apply", text=name, icon=icon).name = name
        layout.separator()
        layout.operator("orbitex.preset_save", icon="ADD")
        for name, own in found:
            if own:
                text = f"Delete '{name}'"
                layout.operator("orbitex.preset_remove", text=text, icon="REMOVE").name = name


CLASSES = (
    ORBITEX_OT_preset_apply,
    ORBITEX_OT_preset_save,
    ORBITEX_OT_preset_remove,
    ORBITEX_MT_presets,
)

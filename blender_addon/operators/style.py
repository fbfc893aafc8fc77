"""The operators of the list of styles, and the list itself."""

# No `from __future__ import annotations`: Blender evaluates the annotations of these classes.
from typing import Any

import bpy
from bpy.props import BoolProperty, EnumProperty, StringProperty

from ..offer import catalogue
from ..picture import icons
from ..scene.styles import MAX_STYLES
from ..settings import preparing
from ..settings.properties import settings_of
from .base import OnMesh, Result
from .chosen import OnChosen, Removes


def add_style(settings: Any, source: str) -> None:
    """Put a style at the list's end, and choose it."""
    settings.styles.add().source = source
    settings.style_index = len(settings.styles) - 1


class _Adds(OnMesh):
    """What the operators that add a style share."""

    bl_options: Any = {"REGISTER", "UNDO"}

    @classmethod
    def why_not(cls, context: Any) -> str:
        """No mesh is active, or its list has no room."""
        reason = super().why_not(context)
        if not reason and len(settings_of(context.active_object).styles) >= MAX_STYLES:
            reason = f"The list is full: {MAX_STYLES} styles"
        return reason


class ORBITEX_OT_style_add(_Adds, bpy.types.Operator):
    """Add one of the service's style pictures"""

    bl_idname = "orbitex.style_add"
    bl_label = "Add Style"
    bl_description = "Add this style picture to the mix"

    source: StringProperty(
        name="Picture",
        description="Name of a style picture, or a file",
        default=catalogue.DEFAULT_STYLE,
        options={"SKIP_SAVE"},
    )

    def execute(self, context: Any) -> Result:
        """Add it."""
        add_style(settings_of(context.active_object), self.source)
        return {"FINISHED"}


class ORBITEX_OT_style_open(_Adds, bpy.types.Operator):
    """Add a picture file as a style"""

    bl_idname = "orbitex.style_open"
    bl_label = "Open Picture File"
    bl_description = "Add a picture file to the mix of styles"

    filepath: StringProperty(name="Picture", description="The file", subtype="FILE_PATH")
    filter_image: BoolProperty(
        name="Pictures", description="Show picture files", default=True, options={"HIDDEN"}
    )
    filter_folder: BoolProperty(
        name="Folders", description="Show folders", default=True, options={"HIDDEN"}
    )

    def invoke(self, context: Any, event: Any) -> Result:
        """Let a file be chosen."""
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context: Any) -> Result:
        """Add it."""
        add_style(settings_of(context.active_object), self.filepath)
        return {"FINISHED"}


class ORBITEX_OT_style_remove(Removes, bpy.types.Operator):
    """Take a style off the list"""

    bl_idname = "orbitex.style_remove"
    bl_label = "Remove Style"
    bl_description = "Remove the active style from the list"
    noun = "style"


class ORBITEX_OT_style_move(OnChosen, bpy.types.Operator):
    """Move a style in the list"""

    bl_idname = "orbitex.style_move"
    bl_label = "Move Style"
    bl_description = "Move the active style up or down in the list"
    noun = "style"

    direction: EnumProperty(
        name="Direction",
        description="Where it moves",
        items=[("UP", "Up", "Towards the start"), ("DOWN", "Down", "Towards the end")],
    )

    def execute(self, context: Any) -> Result:
        """Move it by one place, if there is one."""
        settings = settings_of(context.active_object)
        there = settings.style_index + (-1 if self.direction == "UP" else 1)
        if 0 <= there < len(settings.styles):
            settings.styles.move(settings.style_index, there)
            settings.style_index = there
        return {"FINISHED"}


class ORBITEX_MT_styles(bpy.types.Menu):
    """What can be added to the list of styles."""

    bl_idname = "ORBITEX_MT_styles"
    bl_label = "Add Style"
    bl_description = "Add a picture to the mix of styles"

    def draw(self, context: Any) -> None:
        """The service's pictures, and files."""
        layout: Any = self.layout
        default = catalogue.MenuEntry(catalogue.DEFAULT_STYLE)
        for style in catalogue.known().styles or (default,):
            icon = icons.of_style(style.name)
            text = style.title or style.name
            layout.operator("orbitex.style_add", text=text, icon_value=icon).source = style.name
        layout.separator()
        layout.operator("orbitex.style_open", icon="FILEBROWSER")


class ORBITEX_UL_styles(bpy.types.UIList):
    """The list of styles: small picture, name, weight."""

    bl_idname = "ORBITEX_UL_styles"

    def draw_item(
        self,
        context: Any,
        layout: Any,
        data: Any,
        item: Any,
        icon: Any,
        active_data: Any,
        active_property: Any,
        index: Any = 0,
        flt_flag: Any = 0,
    ) -> None:
        """One row."""
        picture = icons.of_style(item.source)
        split = layout.split(factor=0.6)
        if picture:
            split.label(text=bpy.path.basename(item.source), icon_value=picture)
        else:
            split.label(text=bpy.path.basename(item.source) or "None", icon="IMAGE_DATA")
        row = split.row(align=True)
        row.prop(item, "weight", text="", slider=True)
        if preparing.read(item):
            row.label(icon="MODIFIER")


CLASSES = (
    ORBITEX_OT_style_add,
    ORBITEX_OT_style_open,
    ORBITEX_OT_style_remove,
    ORBITEX_OT_style_move,
    ORBITEX_MT_styles,
    ORBITEX_UL_styles,
)

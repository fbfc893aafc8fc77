"""The operators on what was painted: restore, put back, paint again or in part, settings from the
image."""

# No `from __future__ import annotations`: Blender evaluates the annotations of these classes.
from typing import Any

import bpy
from bpy.props import IntProperty

from ..jobs import enlarge, jobs, originals, recall, repaint
from ..picture import viewports
from ..settings.properties import settings_of
from . import paint
from .base import Acting, Explained, OnPainted, Result
from .waiting import PaintingOperator


class ORBITEX_OT_restore(OnPainted, bpy.types.Operator):
    """Show the colour from before"""

    bl_idname = "orbitex.restore"
    bl_label = "Restore Original"
    bl_description = "Show the object's original colour. The painted image is kept"
    bl_options: Any = {"REGISTER", "UNDO"}

    def execute(self, context: Any) -> Result:
        """Change the links into Base Color."""
        originals.restore(context.active_object)
        return {"FINISHED"}


class ORBITEX_OT_show_painted(Acting, OnPainted, bpy.types.Operator):
    """Show the painted texture"""

    bl_idname = "orbitex.show_painted"
    bl_label = "Show Painted"
    bl_description = "Show the painted texture again"
    bl_options: Any = {"REGISTER", "UNDO"}

    def _act(self, context: Any) -> Result:
        originals.show_painted(context.active_object)
        return {"FINISHED"}


class ORBITEX_OT_paint_again(PaintingOperator, OnPainted, bpy.types.Operator):
    """Paint the object as its image was painted"""

    bl_idname = "orbitex.paint_again"
    bl_label = "Paint Again"
    bl_description = "Paint with the settings that made this image, whatever the panel is set to"
    bl_options: Any = {"UNDO"}

    @classmethod
    def why_not(cls, context: Any) -> str:
        """It has not been painted, or is being painted."""
        return super().why_not(context) or jobs.busy_reason(context.active_object)

    def _begin(self, context: Any) -> list[jobs.Job]:
        return [paint_again(context, context.active_object)]


def paint_again(context: Any, obj: Any) -> jobs.Job:
    """Start painting ``obj`` with the choices kept on its image. Raises ProblemError "no-recipe"
    and as :func:`.paint.begin_paint`."""
    return paint.begin_paint(context, obj, recall.choices_of_image(settings_of(obj).image))


class ORBITEX_OT_repaint(PaintingOperator, OnPainted, bpy.types.Operator):
    """Paint a part of the picture anew"""

    bl_idname = "orbitex.repaint"
    bl_label = "Repaint in Mask"
    bl_description = (
        "Paint the picture anew inside the mask of Base Color, with the next seed. The symmetry "
        "repaints all copies of that area; everything else is kept"
    )
    bl_options: Any = {"UNDO"}

    seed: IntProperty(
        name="Seed",
        description="Another seed, another picture; left out: the one after the picture's",
        min=0,
        options={"SKIP_SAVE"},
    )

    @classmethod
    def why_not(cls, context: Any) -> str:
        """It has not been painted to its end, is being painted, or there is no mask."""
        return super().why_not(context) or repaint.reason_not(context.active_object)

    def _begin(self, context: Any) -> list[jobs.Job]:
        seed = self.seed if self.properties.is_property_set("seed") else None
        begun = repaint.repaint(context, context.active_object, seed)
        self.report({"INFO"}, begun.message)
        return [begun]


class ORBITEX_OT_enlarge(PaintingOperator, OnPainted, bpy.types.Operator):
    """Go on from the picture at a larger size"""

    bl_idname = "orbitex.enlarge"
    bl_label = "Paint Larger"
    bl_description = (
        "Go on from the finished picture at twice its size: the same picture, with finer detail"
    )
    bl_options: Any = {"UNDO"}

    size: IntProperty(
        name="Size",
        description="Width of the larger picture in pixels; left out: twice as wide",
        min=0,
        options={"SKIP_SAVE"},
    )

    @classmethod
    def why_not(cls, context: Any) -> str:
        """It has not been painted to its end, or is being painted."""
        return super().why_not(context) or enlarge.reason_not(context.active_object)

    def _begin(self, context: Any) -> list[jobs.Job]:
        size = self.size if self.properties.is_property_set("size") else None
        return [enlarge.enlarge(context, context.active_object, size)]


class ORBITEX_OT_recall(Acting, OnPainted, bpy.types.Operator):
    """Take the settings from the image"""

    bl_idname = "orbitex.recall"
    bl_label = "Settings from Image"
    bl_description = "Load the settings that made this image into the panel"
    bl_options: Any = {"REGISTER", "UNDO"}

    def _act(self, context: Any) -> Result:
        left = recall.recall_settings(context.active_object)
        if left:
            self.report({"WARNING"}, f"The panel cannot hold these: {', '.join(left)}")
        return {"FINISHED"}


class ORBITEX_OT_show_texture(Explained, bpy.types.Operator):
    """Let the viewport show textures"""

    bl_idname = "orbitex.show_texture"
    bl_label = "Show Texture in Viewport"
    bl_description = "Switch this viewport to Solid shading with the color Texture"

    @classmethod
    def why_not(cls, context: Any) -> str:
        """There is no viewport here, or it shows textures."""
        space = context.space_data
        if space is None or space.type != "VIEW_3D":
            return "Only in a 3D viewport"
        return "This viewport shows textures already" if viewports.shows_textures(space) else ""

    def execute(self, context: Any) -> Result:
        """Switch it."""
        viewports.show_textures(context.area)
        return {"FINISHED"}


class ORBITEX_OT_restore_shading(Explained, bpy.types.Operator):
    """Shade the viewport as before painting"""

    bl_idname = "orbitex.restore_shading"
    bl_label = "Restore Viewport Shading"
    bl_description = (
        "Shade this viewport as it was before Paint switched it to show the texture. "
        "Show Texture in the preferences says whether it does"
    )

    @classmethod
    def why_not(cls, context: Any) -> str:
        """Painting has not switched it, or somebody has switched it again."""
        return "" if viewports.is_lent(context.area) else "Painting has not switched this viewport"

    def execute(self, context: Any) -> Result:
        """Switch it back."""
        viewports.give_back(context.area)
        return {"FINISHED"}


CLASSES = (
    ORBITEX_OT_show_texture,
    ORBITEX_OT_restore_shading,
    ORBITEX_OT_restore,
    ORBITEX_OT_show_painted,
    ORBITEX_OT_paint_again,
    ORBITEX_OT_repaint,
    ORBITEX_OT_enlarge,
    ORBITEX_OT_recall,
)

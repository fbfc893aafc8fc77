"""The operators that make a material and a sky."""

# No `from __future__ import annotations`: Blender evaluates the annotations of these classes.
from pathlib import Path
from typing import Any

import bpy
from bpy.props import BoolProperty, FloatProperty, StringProperty

from ..operators.base import Acting, Result
from ..questions.asking import Asking
from ..questions.buttons import AsksOfPainted
from ..settings.row import RELATIVE
from . import making, world


class ORBITEX_OT_material_maps(AsksOfPainted, bpy.types.Operator):
    """Make a material of the painted texture"""

    bl_idname = "orbitex.material_maps"
    bl_label = "Material Maps"
    bl_description = (
        "Let the service make normal, roughness and metallic maps of the painted texture, and "
        "connect them to the Principled BSDF"
    )
    # Not REGISTER: its redo panel would run the blocking path in the interface.
    bl_options: Any = {"UNDO"}
    questions = making.QUESTIONS

    depth: FloatProperty(
        name="Depth",
        description="From the lowest to the highest place, as a share of the object's size",
        default=0.02,
        min=1e-6,
        max=1.0,
        soft_max=0.2,
        precision=3,
    )
    top: FloatProperty(
        name="Roughness of High Places",
        description="0 is a mirror, 1 is chalk",
        default=0.4,
        min=0.0,
        max=1.0,
        subtype="FACTOR",
    )
    bottom: FloatProperty(
        name="Roughness of Low Places",
        description="0 is a mirror, 1 is chalk",
        default=0.8,
        min=0.0,
        max=1.0,
        subtype="FACTOR",
    )
    invert: BoolProperty(name="Dark Is High", description="Turn hills into valleys", default=False)
    address: StringProperty(
        name="Address",
        description="Of the service; left out: the one that painted, or the preferences'",
        options={"SKIP_SAVE", "HIDDEN"},
    )

    def _ask(self, context: Any) -> Asking:
        roughness = (self.top, self.bottom)
        return making.begin(
            context, context.active_object, self.depth, roughness, self.invert, self.address
        )

    def _tell(self, obj: Any, asking: Asking) -> None:
        if asking.answer is not None and asking.answer[0]["flat"]:
            self.report({"WARNING"}, "The colour rule leaves no light: the material is flat")


class ORBITEX_OT_set_sky(Acting, bpy.types.Operator):
    """Light the scene by a sphere's painting"""

    bl_idname = "orbitex.set_sky"
    bl_label = "Set World from Sky"
    bl_description = (
        "Light the scene by an equirectangular picture, such as 'service sky' writes; the World "
        "that it had is kept in the file"
    )
    bl_options: Any = {"REGISTER", "UNDO"}

    filepath: StringProperty(
        name="Sky",
        description="The picture of all around, such as service sky writes",
        subtype="FILE_PATH",
        options=RELATIVE,
    )
    filter_glob: StringProperty(
        description="Files that are shown",
        default="*.exr;*.hdr;*.png;*.jpg;*.webp",
        options={"HIDDEN"},
    )
    strength: FloatProperty(
        name="Strength",
        description="How brightly it lights the scene",
        default=1.0,
        min=0.0,
        soft_max=10.0,
    )

    def invoke(self, context: Any, event: Any) -> Result:
        """Ask for the file."""
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def _act(self, context: Any) -> Result:
        path = Path(bpy.path.abspath(self.filepath)).expanduser()
        world.set_sky(context.scene, path, self.strength)
        return {"FINISHED"}


CLASSES = (ORBITEX_OT_material_maps, ORBITEX_OT_set_sky)

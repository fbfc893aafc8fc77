"""The operators that make a solid to print, make it otherwise, or give it up."""

# No `from __future__ import annotations`: Blender evaluates the annotations of these classes.
from dataclasses import replace
from pathlib import Path
from typing import Any

import bpy
from bpy.props import BoolProperty, FloatProperty, IntProperty, StringProperty

from ..operators.base import OnMesh, Result, attempt
from ..problems import refuse
from ..questions.asking import Asking
from ..questions.buttons import AsksOfPainted
from ..settings.row import RELATIVE
from . import making
from .order import Order, in_millimetres


def _millimetres(name: str, least: float, most: float, default: float, description: str) -> Any:
    return FloatProperty(
        name=name,
        description=f"{description}, in millimetres",
        default=default,
        min=least,
        max=most,
        precision=2,
    )


class _Exporting(AsksOfPainted):
    """Makes a solid of the active, painted object: ``_order`` says which."""

    report: Any
    address = ""
    questions = making.QUESTIONS

    def _order(self, context: Any) -> Order:
        raise NotImplementedError

    def _ask(self, context: Any) -> Asking:
        return making.begin(context, context.active_object, self._order(context), self.address)

    def _tell(self, obj: Any, asking: Asking) -> None:
        self.report({"INFO"}, making.made(obj))


class ORBITEX_OT_export_for_print(_Exporting, bpy.types.Operator):
    """Make a solid to print of the painted object"""

    bl_idname = "orbitex.export_for_print"
    bl_label = "Export for Print"
    bl_description = (
        "Let the service make a solid for a 3D printer: the texture as a relief, in colour. It "
        "becomes a new object beside this one, in real size by the scene's units (1 unit is 1 mm "
        "without any), and a file if you name one"
    )
    # Not REGISTER: its redo panel would run the blocking path in the interface.
    bl_options: Any = {"UNDO"}

    filepath: StringProperty(
        name="File",
        description="To write as well, in millimetres: .3mf, .stl, .ply or .obj; empty: none",
        subtype="FILE_PATH",
        options=RELATIVE,
    )
    mm: _millimetres("Height", 5, 2000, 80, "Height over all, with the relief")
    depth: _millimetres("Depth", 0.05, 100, 0.8, "Of the relief, from light places to dark ones")
    raised: BoolProperty(
        name="Raised",
        description="The relief stands on the surface, as thin walls need; else it is carved",
        default=False,
    )
    invert: BoolProperty(name="Dark Is High", description="Turn hills into valleys", default=False)
    wall: _millimetres("Wall", 0, 500, 0, "Hollow, with walls so thick; 0 is a solid body")
    drain: _millimetres("Drain", 0, 500, 4, "Diameter of the hole from below into the hollow")
    base: _millimetres("Base", 0, 500, 0, "Cut off below, for a flat to stand on")
    detail: _millimetres("Detail", 0.05, 10, 0.4, "Edges of the triangles")
    colours: IntProperty(
        name="Filaments",
        description="Colours of plastic, a material each; 0: 4 with a 3MF, else all colours",
        default=0,
        min=0,
        max=16,
    )
    address: StringProperty(
        name="Address",
        description="Of the service; left out: the one that painted, or the preferences'",
        options={"SKIP_SAVE", "HIDDEN"},
    )

    _asked = False

    def invoke(self, context: Any, event: Any) -> Result:
        """Show the settings."""
        self._asked = True
        return context.window_manager.invoke_props_dialog(self, width=320)

    def execute(self, context: Any) -> Result:
        """After the dialog a timer brings the answer; scripts and background Blender wait."""
        return attempt(self, self._start if self._asked else self._await, context)

    def draw(self, context: Any) -> None:
        """The dialog."""
        layout: Any = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        layout.prop(self, "filepath")
        for group in (
            ("mm", "depth"),
            ("raised", "invert"),
            ("base", "wall", "drain"),
            ("detail",),
        ):
            column = layout.column(align=True)
            for name in group:
                row = column.row(align=True)
                row.enabled = name != "drain" or self.wall > 0
                row.prop(self, name, text=in_millimetres(name))
        layout.prop(self, "colours")

    def _order(self, context: Any) -> Order:
        name = self.filepath.strip()
        if name.startswith("//") and not bpy.data.filepath:
            refuse(
                "bad-file", f"'{name}' lies beside a file that was never saved.", "Save it first."
            )
        file = Path(bpy.path.abspath(name)).expanduser().absolute() if name else None
        sizes = self.mm, self.depth, self.raised, self.invert, self.wall, self.drain, self.base
        return Order(*sizes, self.detail, self.colours, file)


def _otherwise(name: str, label: str, description: str, change: Any) -> Any:
    """A fix that makes the solid that was refused otherwise: ``change`` is given its order."""

    class Otherwise(_Exporting):
        @classmethod
        def why_not(cls, context: Any) -> str:
            """No solid was refused."""
            refused = super().why_not(context)
            asked = refused or making.order_of(context.active_object) is not None
            return refused if asked else "No solid was asked for"

        def _order(self, context: Any) -> Order:
            order = making.order_of(context.active_object)
            assert order is not None
            return replace(order, **change(order))

    known = {"bl_idname": f"orbitex.{name}", "bl_label": label, "bl_description": description}
    bases = Otherwise, bpy.types.Operator
    return type(f"ORBITEX_OT_{name}", bases, {**known, "bl_options": {"UNDO"}})


FIXES = (
    _otherwise(
        "export_raised",
        "Raise Relief",
        "Let the relief stand on the surface instead of carving it",
        lambda order: {"raised": True},
    ),
    _otherwise(
        "export_shallower",
        "Halve Depth",
        "Make the relief half as deep",
        lambda order: {"depth": max(order.depth / 2, 0.05)},
    ),
    _otherwise(
        "export_thicker",
        "Thicken Wall",
        "Make the wall as thick as the relief needs",
        lambda order: {"wall": order.depth + 1.0},
    ),
    _otherwise(
        "export_solid",
        "Make Solid",
        "Leave out the hollow",
        lambda order: {"wall": 0.0},
    ),
)


class ORBITEX_OT_cancel_export(OnMesh, bpy.types.Operator):
    """Give up the solid"""

    bl_idname = "orbitex.cancel_export"
    bl_label = "Cancel Export"
    bl_description = "Wait no longer for the solid; the service stops working on it"

    @classmethod
    def why_not(cls, context: Any) -> str:
        """No solid is being made of the active mesh."""
        reason = super().why_not(context)
        pending = reason or making.QUESTIONS.is_pending(context.active_object)
        return reason if pending else "No solid is being made"

    def execute(self, context: Any) -> Result:
        """Give it up."""
        making.QUESTIONS.give_up(context.active_object)
        return {"FINISHED"}


CLASSES = (ORBITEX_OT_export_for_print, *FIXES, ORBITEX_OT_cancel_export)

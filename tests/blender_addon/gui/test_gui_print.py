"""Export for Print, pressed by a real mouse: the dialog, the solid beside the object, undo."""

from __future__ import annotations

import pytest
from conftest import PICTURES
from old_blender import OldBlender
from painter import Painter

pytestmark = [pytest.mark.gui, pytest.mark.timeout(300)]

SOLIDS = "[obj.name for obj in bpy.data.objects if 'Print' in obj.name]"


def test_the_dialog_makes_a_solid(blender: OldBlender, painter: Painter) -> None:
    blender.run(
        "picture = bpy.data.images.new('paint', 64, 64)\n"
        "picture.pack()\n"
        "bpy.context.active_object.orbitex.image = picture\n"
        "region('UI').tag_redraw()"
    )
    blender.settle()
    blender.press("orbitex.export_for_print")
    blender.settle()
    blender.desktop.keep(PICTURES / "print-dialog.png")
    blender.desktop.key("Return")
    blender.until(f"len({SOLIDS}) == 1")
    blender.settle()
    blender.desktop.keep(PICTURES / "print.png")
    assert len(painter.solids) == 1
    blender.run("bpy.ops.ed.undo()")
    assert blender.run(SOLIDS) == []

"""From the zip to a growing texture on a machine without the service: Install Service, Paint."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from conftest import PICTURES
from fake_python import FakePython
from looking import PATIENCE, wait_for_grey
from old_blender import ROOT, OldBlender, wait_for
from test_gui_first_hour import CUBE

from recipes.demo import free_address

pytestmark = [pytest.mark.gui, pytest.mark.timeout(900)]


@pytest.fixture
def python(tmp_path: Path) -> FakePython:
    return FakePython(tmp_path / "system")


@pytest.fixture
def without(blender: OldBlender, python: FakePython) -> OldBlender:
    """The default cube, and no service but the one that ``python`` will have installed."""
    blender.run(
        CUBE + "import sys\n"
        "from orbitex.setup import finding, installing, pythons\n"
        f"sys.path[:] = [path for path in sys.path if path != {str(ROOT)!r}]\n"
        "preferences = bpy.context.preferences.addons['orbitex'].preferences\n"
        f"preferences.address, preferences.python = {free_address()!r}, ''\n"
        f"pythons.candidates = lambda: [[{str(python.path)!r}]]\n"
        "from orbitex.setup import installer\n"
        "installer.sizes = lambda: (1e3, 1e3)\n"
        "from orbitex.link import inquiry\n"
        "inquiry.stop()  # forget a service that this machine may have\n"
        "finding.look_again(); region('UI').tag_redraw()"
    )
    blender.settle()
    return blender


def ask(blender: OldBlender) -> None:
    """Click the button, and OK in the dialog that it opens."""
    blender.press("orbitex.install_service")
    blender.desktop.keep(PICTURES / "install-dialog.png")
    blender.desktop.key("Return")
    blender.settle()


def is_red(blender: OldBlender) -> bool:
    """Whether the viewport shows much of the red that the service paints a quarter with."""
    view = blender.region("WINDOW").of(blender.desktop.look())
    red, green, blue = np.moveaxis(view, -1, 0)
    return bool(((red > 80) & (green < 40) & (blue < 40)).sum() > 2000)


def test_a_failure_then_an_installation_then_paint(without: OldBlender, python: FakePython) -> None:
    without.desktop.keep(PICTURES / "install-missing.png")
    python.fails("pip", "Temporary failure in name resolution")
    ask(without)
    without.until("installing.report() and installing.report().problem is not None", PATIENCE)
    without.settle()
    without.desktop.keep(PICTURES / "install-failed.png")
    wait = python.path.parent / "go"
    said = "echo 'Downloading torch-2.9.1-cp311-none-any.whl (899.8 MB)'"
    python.does("pip", f"{said}; until [ -e {wait} ]; do sleep 0.1; done")
    ask(without)
    without.until("installing.report().line.startswith('Downloading')", PATIENCE)
    ticks = without.run("len(ticks)")
    without.until(f"len(ticks) > {ticks} + 4", PATIENCE)  # Blender is free meanwhile
    without.desktop.keep(PICTURES / "install-running.png")
    wait.touch()
    without.until("installing.pending() is None", PATIENCE)
    without.settle()
    wait_for_grey(without)
    without.press("orbitex.paint")
    without.until("any(job.frames or not job.active for job in jobs.all_of_file())", PATIENCE)
    without.settle()
    without.desktop.keep(PICTURES / "install-painting.png")
    assert without.run("[job.report.problem for job in jobs.all_of_file()]") == [None]
    wait_for(lambda: is_red(without), "a texture", PATIENCE)


def test_cancel_by_a_click(without: OldBlender, python: FakePython) -> None:
    without.run("bpy.ops.orbitex.remove_service(); region('UI').tag_redraw()")
    python.does("pip", "sleep 600")
    ask(without)
    without.press("orbitex.cancel_install")
    without.until("installing.pending() is None", PATIENCE)
    assert without.run("installing.report().state") == "cancelled"
    without.button("orbitex.install_service")

"""Install Service and what belongs to it."""

# No `from __future__ import annotations`: Blender evaluates the annotations of these classes.
import re
import shutil
from typing import Any

import bpy

from ..jobs import install, jobs, pump
from ..link import service_process
from ..link.printing import say
from ..own_folder import service_place
from ..picture import live_image
from ..problems import Problem, ProblemError, refuse
from ..settings import preferences
from ..setup import finding, installing
from ..setup.installer import CANCELLED
from ..setup.place import Place, gigabytes, sizes
from .base import Acting, Explained, Result, attempt

WIDTH = 420  # of the dialog, in pixels at scale 1: paths are long


def check() -> Place:
    """Where the service would be installed. Raises ProblemError "no-python" in a checkout, and
    "offline" while Blender's online access is off."""
    place = service_place()
    if place is None:
        refuse("no-python", "This add-on does not bring the service.", finding.CHECKOUT)
    if (problem := offline()) is not None:
        raise ProblemError(problem)
    return place


def offline() -> Problem | None:
    """That nothing may be downloaded."""
    if _is_online():
        return None
    return Problem(
        "offline",
        "The service is to be installed, and Blender's online access is off.",
        "Allow it in Preferences > System > Network.",
        "orbitex.online_access",
        "Open Network Preferences",
    )


def _is_online() -> bool:
    return bool(getattr(bpy.app, "online_access", True))  # before Blender 4.2: nobody asks


class ORBITEX_OT_install_service(Explained, bpy.types.Operator):
    """Download the service and set it up. The interface asks first and goes on meanwhile, a script
    waits"""

    bl_idname = "orbitex.install_service"
    bl_label = "Install Service"
    bl_description = (
        "Download what paints, the Orbitex service, and set it up on this machine. Asks first"
    )

    asked = False

    @classmethod
    def why_not(cls, context: Any) -> str:
        """It is being installed, or is at work."""
        if installing.pending() is not None:
            return "The service is being installed"
        return (
            "Wait for the painting to end" if any(job.active for job in jobs.all_of_file()) else ""
        )

    def invoke(self, context: Any, event: Any) -> Result:
        """Ask."""
        return attempt(self, self._ask, context)

    def draw(self, context: Any) -> None:
        """What will be downloaded, and where to."""
        layout: Any = self.layout
        place = service_place()
        if place is None:
            return
        download, disk = map(gigabytes, sizes())
        column = layout.column(align=True)
        column.label(text="Orbitex paints with a program of its own, the service.", icon="IMPORT")
        column.label(text=f"Download: about {download}, most of it PyTorch", icon="BLANK1")
        column.label(text=f"On the disk: about {disk}, in", icon="BLANK1")
        for line in split_path(str(place.folder)):
            column.label(text=line, icon="BLANK1")
        column.label(text="It takes some minutes. You can go on working meanwhile.", icon="BLANK1")
        if preferences.read(context).python:
            column.label(
                text="It takes the place of the preferences' Service Python.", icon="BLANK1"
            )

    def execute(self, context: Any) -> Result:
        """The dialog's OK, or a script's call."""
        return attempt(self, self._install)

    def _ask(self, context: Any) -> Result:
        check()
        self.asked = True
        return context.window_manager.invoke_props_dialog(self, width=WIDTH)

    def _install(self) -> Result:
        place = check()
        service_process.stop_all()
        installing.begin(place)
        if self.asked:
            pump.start_timer()
            live_image.redraw()
            return {"FINISHED"}
        said = ""
        while (ended := install.collect()) is None:
            working = installing.pending()
            assert working is not None
            if (line := working.report().line) != said:
                said = line
                say(line)
            working.wait(pump.TICK_SECONDS)
        if ended.problem is not None:
            raise ProblemError(ended.problem)
        self.report({"INFO"}, ended.line)
        return {"CANCELLED"} if ended.state == CANCELLED else {"FINISHED"}


class ORBITEX_OT_cancel_install(Explained, bpy.types.Operator):
    """Give the installation up"""

    bl_idname = "orbitex.cancel_install"
    bl_label = "Cancel"
    bl_description = "Stop installing the service, and remove what has been installed so far"

    @classmethod
    def why_not(cls, context: Any) -> str:
        """Nothing is being installed."""
        return "" if installing.pending() is not None else "Nothing is being installed"

    def execute(self, context: Any) -> Result:
        """The thread ends soon."""
        working = installing.pending()
        if working is not None:
            working.cancel()
        return {"FINISHED"}


class ORBITEX_OT_remove_service(Acting, Explained, bpy.types.Operator):
    """Remove what Install Service has installed"""

    bl_idname = "orbitex.remove_service"
    bl_label = "Remove Service"
    bl_description = "Delete the service that Install Service has installed. Pictures and jobs stay"

    @classmethod
    def why_not(cls, context: Any) -> str:
        """There is none, or it is at work."""
        place = service_place()
        if place is None or not place.folder.exists():
            return "Install Service has installed none"
        return ORBITEX_OT_install_service.why_not(context)

    def invoke(self, context: Any, event: Any) -> Result:
        """Ask."""
        return context.window_manager.invoke_confirm(self, event)

    def _act(self, context: Any) -> Result:
        place = service_place()
        assert place is not None
        service_process.stop_all()
        try:
            shutil.rmtree(place.folder)
        except OSError as error:
            refuse("not-removed", f"{place.folder} cannot be removed: {error.strerror}.")
        finally:
            finding.look_again()
        self.report({"INFO"}, "The service has been removed")
        return {"FINISHED"}


def split_path(path: str, length: int = 64) -> list[str]:
    """A path in lines of at most ``length`` characters, where its parts allow, as labels do not
    wrap."""
    lines = [""]
    for part in re.findall(r"[\\/]*[^\\/]+", path):
        if lines[-1] and len(lines[-1] + part) > length:
            lines.append("")
        lines[-1] += part
    return lines


CLASSES = (ORBITEX_OT_install_service, ORBITEX_OT_cancel_install, ORBITEX_OT_remove_service)

"""What becomes of an installation that has ended: the add-on uses it at once."""

from __future__ import annotations

import bpy

from ..link import inquiry
from ..problems import ProblemError
from ..settings import preferences
from ..setup import installing
from ..setup.installer import DONE, Report


def collect() -> Report | None:
    """Take the news; the last report, once. The new service is started and asked for its menus; a
    Python that the preferences name, which would go before it, is taken out."""
    ended = installing.collect()
    if ended is not None and ended.state == DONE:
        preferences.use_installed(bpy.context)
        service = preferences.read(bpy.context)
        try:
            launch = preferences.launcher(service, wanted=True)
        except ProblemError:  # the address makes no sense: the panel says so
            return ended
        if launch is not None:
            inquiry.forget_problem()
            inquiry.inquire(service.address, launch)
    return ended

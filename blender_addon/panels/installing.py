"""What the panel shows where the service is not installed, and while it is."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from ..link import inquiry
from ..link.messages import clock
from ..offer import catalogue
from ..operators import install
from ..own_folder import service_place
from ..problems import Problem, ProblemError
from ..settings import preferences
from ..setup import finding, installing
from ..setup.installer import Report
from ..setup.place import gigabytes
from .parts import draw_lines, draw_problem, wrapped


def missing(context: Any) -> Problem | None:
    """That Paint would find no service to start, as far as files tell."""
    if catalogue.known().service or inquiry.pending() is not None:
        return None
    service, place = preferences.read(context), service_place()
    if place is None:  # a checkout
        return None
    with suppress(ProblemError):
        if preferences.launcher(service) is not None:
            return finding.missing(service.python, place)
    return None


def draw(layout: Any, context: Any) -> bool:
    """That the service is missing, with the button; or how its installation goes, or has failed.
    Whether there was anything to say."""
    report = installing.report()
    if installing.pending() is not None and report is not None:
        draw_report(layout.box(), report, context)
        return True
    problem = missing(context)
    if problem is None:
        return False
    failed = install.offline() or (report.problem if report is not None else None)
    if failed is not None:
        draw_problem(layout, failed, context)
        return True
    box = layout.box()
    draw_lines(box, problem.message, "INFO", context)
    row = box.row()
    row.scale_y = 1.3
    row.operator("orbitex.install_service", icon="IMPORT")
    return True


def draw_report(layout: Any, report: Report, context: Any) -> None:
    """How an installation goes. Always as many lines, unless a text is long."""
    column = layout.column(align=True)
    if hasattr(column, "progress"):
        column.progress(factor=report.fraction, text="Installing the service")
    else:  # before Blender 4.0
        column.label(text="Installing the service", icon="IMPORT")
    for line in wrapped(report.line, context):
        column.label(text=line)
    got = f"{gigabytes(report.got)} downloaded, " if report.got else ""
    column.label(text=f"{got}{clock(report.seconds)}")
    layout.operator("orbitex.cancel_install", icon="X")

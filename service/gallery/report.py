"""The report of a run: one page beside its pictures, which it shows; it asks for nothing else."""

from __future__ import annotations

from service.gallery.pages import render
from service.runs.record import Record


def report_page(record: Record) -> bytes:
    """``report.html``, from the first step to the end."""
    return render("report.html", run=record)

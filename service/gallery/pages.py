"""What all pages are made with: the templates, and how times, numbers and recipes are written.

Everything in a template is escaped, whoever wrote it; style sheet and script are ours.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

import service
from service.gallery.curves import curve, curves
from service.runs.record import SILENT_SECONDS

_TEMPLATES = Path(__file__).parent / "templates"
THEME, STYLE, SCRIPT = "theme.css", "style.css", "gallery.js"


def render(template: str, **values: Any) -> bytes:
    """A page from a template in ``templates/``."""
    return (_environment().get_template(template).render(**values) + "\n").encode(errors="replace")


def asset(name: str) -> str:
    """The theme of all pages, the style sheet with it, or the script."""
    text = _TEMPLATES.joinpath(name).read_text("utf-8")
    return asset(THEME) + text if name == STYLE else text


@functools.cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("service.gallery"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style, script = asset(STYLE), asset(SCRIPT)
    environment.globals.update(
        style=Markup(style),
        script=Markup(script),
        script_hash=_source_hash(script),
        version=service.__version__,
        silent_seconds=SILENT_SECONDS,
        curve=curve,
        curves=curves,
    )
    environment.filters.update(
        date=_date, moment=_moment, span=_span, number=_number, size=_size, pretty=_pretty
    )
    return environment


def _source_hash(script: str) -> str:
    """How a page's content security policy names the one script that may run."""
    return f"sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}"


def _date(moment: datetime) -> str:
    """29 November 2026."""
    return f"{moment.day} {moment:%B %Y}"


def _moment(moment: datetime) -> str:
    """29 November 2026, 20:15."""
    return f"{_date(moment)}, {moment:%H:%M}"


def _span(seconds: float) -> str:
    """A time that passed: 0.8 s, 40 s, 3 min 5 s, 2 h 10 min."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def _number(value: float | None) -> str:
    """A few digits; a dash for none."""
    return "–" if value is None else f"{value:.3g}"


def _size(count: int) -> str:
    """Bytes: 12 kB, 1.4 MB."""
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{max(1, round(count / 1e3))} kB"


def _pretty(data: Mapping[str, Any]) -> str:
    """A recipe as one would write it: without what is null."""
    shown = {key: value for key, value in data.items() if value is not None}
    return json.dumps(shown, indent=2, ensure_ascii=False)

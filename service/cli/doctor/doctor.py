"""``service doctor``: what this machine has, what is missing, and how to mend it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from rich.console import Console

from service.cli.doctor import machine_findings as machine
from service.cli.doctor import serving_findings as serving
from service.cli.doctor.finding import Finding

_MARKS = {"good": "[green]✓[/]", "note": "[yellow]![/]", "bad": "[red]✗[/]"}


def findings(data: Path, keys: Path, address: str) -> Iterator[Finding]:
    """All findings, the quick ones first: each line below looks at one thing."""
    yield from machine.releases()
    yield from machine.packages()
    yield from machine.extras()
    yield from machine.encryption()
    yield from machine.styles()
    yield from machine.catalogue()
    yield from serving.data_folder(data)
    yield from serving.jobs(data)
    yield from serving.temporary_folder()
    yield from serving.keys(keys)
    yield from serving.port(address, keys)
    yield from machine.caches()
    yield from machine.devices()
    yield from machine.networks()


def run_doctor(found: Iterator[Finding], as_json: bool, console: Console) -> bool:
    """Print findings, as they come or as one object; whether none is bad."""
    healthy = True
    seen = []
    for finding in found:
        healthy = healthy and finding.level != "bad"
        seen.append(asdict(finding))
        if not as_json:
            fix = f"  → {finding.fix}" if finding.fix else ""
            console.print(_MARKS[finding.level], end=" ")
            console.out(f"{finding.text}{fix}", highlight=False)
    if as_json:
        print(json.dumps({"healthy": healthy, "findings": seen}, indent=1))
    return healthy

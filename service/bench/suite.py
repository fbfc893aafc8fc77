"""All benchmarks in one run: figures as JSON, tables as Markdown, curves as pictures."""

from __future__ import annotations

import dataclasses
import datetime
import json
import os
import platform
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import scipy
import torch

import service
from geometry.errors import unknown_name
from service.bench import report
from service.bench.quality import quality_rows
from service.bench.scaling import curves
from service.bench.steps import step_rows
from service.perception.choice import fast_precision
from service.reporting.delivery import check_files, make_folder
from service.reporting.overwriting import FilesRead

PARTS: dict[str, Callable[[], Iterator[Any]]] = {
    "steps": step_rows,
    "vgg": lambda: step_rows({"tile p4": {"target": "tile", "group": "p4"}}, "vgg16-hed", 256),
    "scaling": curves,
    "quality": quality_rows,
}


def chosen(parts: Sequence[str]) -> list[str]:
    """The parts that are asked for, all if none are. Raises InputError("unknown-part")."""
    for name in parts:
        if name not in PARTS:
            raise unknown_name("unknown-part", "part", name, PARTS)
    return [name for name in PARTS if not parts or name in parts]


def run(parts: Sequence[str], folder: Path, say: Callable[[str], object]) -> None:
    """Run parts and write bench.json and bench.md into a folder, anew after every row: a run that
    is stopped has left what it found. At the end also a picture of every curve. Raises
    InputError("bad-output") before anything is measured."""
    figures, page = folder / "bench.json", folder / "bench.md"
    make_folder(folder)
    check_files((figures, page), FilesRead(()))
    found: dict[str, Any] = {"machine": machine()}
    for name in parts:
        found[name] = []
        for row in PARTS[name]():
            found[name].append(row)
            data = json.dumps(found, indent=1, default=dataclasses.asdict)
            figures.write_text(data + "\n")
            page.write_text(report.page(found))
            say(report.line(row))
    report.draw([*found.get("scaling", []), *found.get("quality", [])], folder)


def machine() -> dict[str, Any]:
    """What the figures are of: to be compared with no other."""
    device = torch.cuda.get_device_name() if torch.cuda.is_available() else "CPU"
    return {
        "date": datetime.date.today().isoformat(),
        "processor": torch.cpu.get_capabilities().get("cpu_name", platform.machine()),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None,
        "load": os.getloadavg()[0],
        "device": device,
        "precision": fast_precision("cuda" if torch.cuda.is_available() else "cpu"),
        "orbitex": service.__version__,
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": np.__version__,
        "scipy": scipy.__version__,
    }

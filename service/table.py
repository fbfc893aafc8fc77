"""Tables whose rows are files: every module of a package is one row. No torch in here."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any


def rows(package: str, name: str) -> list[Any]:
    """The object called ``name`` of every module in a package, by the modules' names."""
    place = importlib.import_module(package).__path__
    modules = sorted(module.name for module in pkgutil.iter_modules(place))
    return [getattr(importlib.import_module(f"{package}.{module}"), name) for module in modules]

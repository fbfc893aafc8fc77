"""Presets: some settings under a name, as JSON. Data only: nothing in a file is ever run.

Built-in ones lie beside this file, own ones in the user's folder. A preset says nothing about what
belongs to one object or scene: UV map, mask, image, place of the symmetry.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..problems import refuse
from .table import SETTINGS

HELD = {row.name: row for row in SETTINGS if row.preset}  # what a preset may hold
BUILT_IN = Path(__file__).parent / "presets"
MAX_BYTES = 1 << 16  # of a preset's file


@dataclass(frozen=True)
class Preset:
    """``settings``: some of HELD with their values. ``own``: made by the user."""

    name: str
    settings: Mapping[str, Any]
    own: bool = False


def listed(own: Path) -> list[tuple[str, bool]]:
    """(name, whether it is the user's own) of all presets, the built-in ones first."""
    return [
        (file.stem.replace("_", " "), folder != BUILT_IN)
        for folder in (BUILT_IN, own)
        for file in sorted(folder.glob("*.json"))
    ]


def read(name: str, own: Path) -> Preset:
    """The preset of this name; an own one goes before a built-in one.

    Raises ProblemError "no-preset" and "bad-preset".
    """
    for folder in (own, BUILT_IN):
        file = folder / _file_name(name)
        if file.is_file():
            return Preset(name, _settings(file), folder != BUILT_IN)
    refuse("no-preset", f"There is no preset '{name}'.")


def _settings(file: Path) -> dict[str, Any]:
    try:
        if file.stat().st_size > MAX_BYTES:
            raise ValueError("it is too long")
        data = json.loads(file.read_text(encoding="utf-8"))
        if not isinstance(data, dict):
            raise ValueError("it is no object")
    except (OSError, ValueError) as error:
        refuse("bad-preset", f"The preset {file.name} cannot be read: {error}.")
    unknown = [key for key in data if key not in HELD]
    if unknown:
        refuse(
            "bad-preset", f"The preset {file.name} holds '{unknown[0]}', which is not a setting."
        )
    try:
        return {name: HELD[name].from_json(value) for name, value in data.items()}
    except ValueError as error:
        refuse("bad-preset", f"The preset {file.name} cannot be used: {error}.")


def save(name: str, settings: Mapping[str, Any], own: Path) -> Path:
    """Keep ``settings``, some of HELD, under ``name``; its file. Raises ProblemError "bad-name",
    "exists" for a built-in preset's name, "no-disk"."""
    file = own / _file_name(name)
    if (BUILT_IN / file.name).exists():
        refuse("exists", f"'{name}' is a built-in preset.", "Choose another name.")
    data = {name: HELD[name].to_json(value) for name, value in settings.items()}
    text = json.dumps(data, indent=2) + "\n"
    try:
        own.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        refuse("no-disk", f"The preset cannot be written: {error.strerror}.")
    return file


def remove(name: str, own: Path) -> None:
    """Delete an own preset. Raises ProblemError "no-preset"."""
    file = own / _file_name(name)
    if not file.is_file():
        refuse("no-preset", f"There is no preset '{name}' of your own.")
    file.unlink()


def _file_name(name: str) -> str:
    if not re.fullmatch(r"[^\W_][\w ()+,-]{0,60}", name):
        refuse("bad-name", f"'{name}' cannot be a preset's name.", "Use letters, digits, spaces.")
    return name.replace(" ", "_") + ".json"

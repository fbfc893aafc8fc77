"""The setting that is a list: styles or dreams with their weights."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bpy.props import CollectionProperty, IntProperty, StringProperty

from .row import CALL, Setting, as_typed

Pairs = Iterable[tuple[str, float]]


@dataclass(frozen=True)
class ListSetting(Setting):
    """A list with weights. Its value are pairs (what, weight); scripts write it as one text.

    ``entry``: the class of an entry. ``what``: its key in the recipe and in presets.
    ``write(entry, what)`` and ``said(entry)`` are each other's inverse. ``called``: the argument of
    Paint.
    """

    entry: Any = None
    what: str = ""
    write: Callable[[Any, str], None] = lambda entry, what: None
    said: Callable[[Any], str] = lambda entry: ""
    called: str = ""

    def properties(self) -> dict[str, Any]:
        """The list, and which of its entries is shown in full."""
        words: dict[str, Any] = {"name": self.title, "description": self.tip}
        index = f"{self.called}_index"
        chosen = f"The {self.called} that is shown in full below the list"
        return {
            self.name: CollectionProperty(**words, type=self.entry),
            index: IntProperty(name=self.called.capitalize(), description=chosen),
        }

    def arguments(self) -> dict[str, Any]:
        """One text."""
        words: dict[str, Any] = {"name": self.called.capitalize()}
        words["description"] = self.argument_tip
        return {self.called: StringProperty(**words, options=CALL)}

    def draw_in(self, column: Any, settings: Any) -> None:
        """Its section draws it, with buttons beside it."""

    def read(self, settings: Any) -> tuple[tuple[str, float], ...]:
        """The pairs."""
        entries = getattr(settings, self.name)
        return tuple((self.said(entry), as_typed(entry.weight)) for entry in entries)

    def put(self, settings: Any, value: Pairs) -> None:
        """Make these pairs the list; the first one is chosen."""
        entries = getattr(settings, self.name)
        entries.clear()
        for what, weight in value:
            entry = entries.add()
            self.write(entry, what)
            entry.weight = weight
        setattr(settings, f"{self.called}_index", 0)

    def to_json(self, value: Pairs) -> Any:
        """A list of objects."""
        return [{self.what: what, "weight": weight} for what, weight in value]

    def of_kept(self, data: Any) -> Any:
        """The pairs, as an image has kept them. Raises TypeError or ValueError."""
        return tuple((str(what), float(weight)) for what, weight in data)

    def from_json(self, data: Any) -> Any:
        """The pairs. Raises ValueError."""
        if not isinstance(data, list) or not all(map(self._is_entry, data)):
            raise ValueError(f"'{self.name}' is no list of entries")
        return tuple((entry[self.what], entry.get("weight", 1.0)) for entry in data)

    def _is_entry(self, data: Any) -> bool:
        return (
            isinstance(data, dict)
            and data.keys() <= {self.what, "weight"}
            and isinstance(data.get(self.what), str)
            and isinstance(data.get("weight", 1.0), int | float)
        )

    def spelt(self, value: Pairs) -> str:
        """Names of files without their folders, with the weights."""
        return " + ".join(f"{Path(what).name} {weight:.3g}" for what, weight in value) or "default"

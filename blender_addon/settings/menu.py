"""Menus of what the service offers, over properties that keep plain names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bpy.props import EnumProperty

from ..offer import catalogue


@dataclass(frozen=True)
class Menu:
    """``tip``: its tooltip; ``offers(settings)``: what is on it; ``icon(settings, name)``: the
    number of an entry's icon, 0 for none."""

    tip: str
    offers: Callable[[Any], tuple[catalogue.MenuEntry, ...]]
    icon: Callable[[Any, str], int] | None = None

    def over(self, name: str, title: str) -> Any:
        """The menu over the string property ``name``: what the service offers, shown by title,
        while the file keeps the plain name (a dynamic enum would keep a number that changes its
        meaning)."""

        def entries(settings: Any) -> list[tuple[str, str, str]]:
            return catalogue.menu(self.offers(settings), getattr(settings, name))

        def items(settings: Any, context: Any) -> list[Any]:
            return [
                (*entry, self.icon(settings, entry[0]) if self.icon else 0, number)
                for number, entry in enumerate(entries(settings))
            ]

        def get(settings: Any) -> int:
            return [entry[0] for entry in entries(settings)].index(getattr(settings, name))

        def put(settings: Any, number: int) -> None:
            setattr(settings, name, entries(settings)[number][0])

        return EnumProperty(
            name=title, description=self.tip, items=items, get=get, set=put, options={"SKIP_SAVE"}
        )

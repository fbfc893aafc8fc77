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
    number of an entry's icon, 0 for none. ``chosen(settings)`` and ``choose(settings, name)``: the
    entry that is chosen, where that is not the property's value. ``named()``: entries that any
    object's menu may have, for their titles."""

    tip: str
    offers: Callable[[Any], tuple[catalogue.MenuEntry, ...]]
    icon: Callable[[Any, str], int] | None = None
    chosen: Callable[[Any], str] | None = None
    choose: Callable[[Any, str], None] | None = None
    named: Callable[[], tuple[catalogue.MenuEntry, ...]] = tuple

    def over(self, name: str, title: str) -> Any:
        """The menu over the string property ``name``: what the service offers, shown by title,
        while the file keeps the plain name (a dynamic enum would keep a number that changes its
        meaning)."""

        def chosen(settings: Any) -> str:
            return str(self.chosen(settings) if self.chosen else getattr(settings, name))

        def entries(settings: Any) -> list[tuple[str, str, str]]:
            return catalogue.menu(self.offers(settings), chosen(settings))

        def items(settings: Any, context: Any) -> list[Any]:
            return [
                (*entry, self.icon(settings, entry[0]) if self.icon else 0, number)
                for number, entry in enumerate(entries(settings))
            ]

        def get(settings: Any) -> int:
            return [entry[0] for entry in entries(settings)].index(chosen(settings))

        def put(settings: Any, number: int) -> None:
            wanted = entries(settings)[number][0]
            if self.choose is not None:
                self.choose(settings, wanted)
            else:
                setattr(settings, name, wanted)

        return EnumProperty(
            name=title, description=self.tip, items=items, get=get, set=put, options={"SKIP_SAVE"}
        )

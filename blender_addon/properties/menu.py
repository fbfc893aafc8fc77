"""Menus of what the service offers, over properties that keep plain names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bpy.props import EnumProperty

from .. import catalogue

Offers = Callable[[Any], tuple[catalogue.Choice, ...]]
Icon = Callable[[Any, str], int]  # (settings, name) -> number of the icon, 0 for none


def menu_over(
    name: str, label: str, description: str, offers: Offers, icon: Icon | None = None
) -> Any:
    """A menu over the string property ``name``: what the service offers, shown by title, while
    the file keeps the plain name (a dynamic enum would keep a number that changes its meaning)."""

    def items(self: Any, context: Any) -> list[Any]:
        entries = catalogue.menu(offers(self), getattr(self, name))
        return [
            (*entry, icon(self, entry[0]) if icon else 0, number)
            for number, entry in enumerate(entries)
        ]

    def get(self: Any) -> int:
        entries = catalogue.menu(offers(self), getattr(self, name))
        return [entry[0] for entry in entries].index(getattr(self, name))

    def put(self: Any, number: int) -> None:
        setattr(self, name, catalogue.menu(offers(self), getattr(self, name))[number][0])

    return EnumProperty(
        name=label, description=description, items=items, get=get, set=put, options={"SKIP_SAVE"}
    )

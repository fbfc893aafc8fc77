"""One setting: a row of the table in :mod:`.table`, from which its property, its place in the
panel, the argument of Paint, presets and the recipe follow."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import bpy
from bpy.props import (
    BoolProperty,
    EnumProperty,
    FloatProperty,
    IntProperty,
    StringProperty,
)

from ..offer.fields import FIELDS
from .menu import Menu

CALL: set[Any] = {"SKIP_SAVE"}  # a value from one call must not creep into the next
# Paths such as //cat.png, from the .blend's folder; before Blender 4.5 nobody had to ask for them.
RELATIVE: Any = {"ANIMATABLE"} | (
    {"PATH_SUPPORTS_BLEND_RELATIVE"} if bpy.app.version >= (4, 5, 0) else set()
)
FILE: Mapping[str, Any] = {"subtype": "FILE_PATH", "options": RELATIVE}  # of a picture's path
_AUTOMATIC = "automatic:"  # in tooltips; scripts write 0
_EMPTY: Mapping[str, Any] = {
    "string": "",
    "picture": "",
    "integer": 0,
    "number": 0.0,
    "boolean": False,
}
_PROPERTIES: Mapping[type, Any] = {
    bool: BoolProperty,
    int: IntProperty,
    float: FloatProperty,
    str: StringProperty,
}


@dataclass(frozen=True)
class Setting:
    """A setting of an object.

    ``name``: of the property, which saved files and scripts know. ``default``: its type is the
    property's. ``least``, ``most``: bounds; ``usual``: where a slider ends. ``items``: of a menu
    with fixed entries (name, title, tip), whose names the recipe has in small letters; ``menu``:
    what the service offers. ``more``: what Blender alone knows, such as a subtype.

    ``section``: of the panel; ``shown(settings)``: whether it is shown there now;
    ``draw(column, settings)``: in place of the usual line; ``slider``: over the whole line.

    ``preset``: whether presets hold it: not what belongs to one object or scene. ``painted``:
    whether a painting depends on it; it is an argument of Paint then, with the tooltip
    ``argument`` if that is not the usual one.

    ``field``: of the recipe, if there is one. ``sent(choices)``: what is sent in place of the
    value; None for nothing. ``optional``: 0 or nothing written is not sent, and a number has a box
    *Automatic*, which puts ``start`` there when cleared. ``adjustable``: whether it may change
    while it is painted.
    """

    name: str
    title: str
    tip: str
    default: Any
    section: str = ""
    least: float | None = None
    most: float | None = None
    usual: float | None = None
    items: tuple[tuple[str, str, str], ...] = ()
    menu: Menu | None = None
    more: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    shown: Callable[[Any], Any] | None = None
    draw: Callable[[Any, Any], None] | None = None
    slider: bool = False
    preset: bool = True
    painted: bool = True
    argument: str = ""
    field: str = ""
    sent: Callable[[Any], Any] | None = None
    optional: bool = False
    start: float = 1.0
    adjustable: bool = False

    def properties(self) -> dict[str, Any]:
        """What an object's settings have of it: its property, and its menu."""
        words = {"name": self.title, "description": self.tip} | dict(self.more)
        if self.items:
            found = EnumProperty(**words, items=self.items, default=self.default)
        else:
            bounds = {"min": self.least, "max": self.most, "soft_max": self.usual}
            words |= {key: value for key, value in bounds.items() if value is not None}
            found = _PROPERTIES[type(self.default)](**words, default=self.default)
        menu = {self.menu_name: self.menu.over(self.name, self.title)} if self.menu else {}
        box = {self.automatic_name: self._automatic()} if self._may_be_automatic else {}
        return {self.name: found} | menu | box

    @property
    def _may_be_automatic(self) -> bool:
        return self.optional and not isinstance(self.default, str)

    @property
    def automatic_name(self) -> str:
        """The name of the property that says whether it is chosen for the user."""
        return f"{self.name}_automatic"

    def _automatic(self) -> Any:
        def get(settings: Any) -> bool:
            return not getattr(settings, self.name)

        def put(settings: Any, wanted: bool) -> None:
            start = type(self.default)(self.start)
            setattr(settings, self.name, self.default if wanted else start)

        tip = f"{self.title} is chosen for you"
        return BoolProperty(
            name="Automatic", description=tip, get=get, set=put, options={"SKIP_SAVE"}
        )

    @property
    def menu_name(self) -> str:
        """The name of the property that is the menu."""
        return f"{self.name}_menu"

    def arguments(self) -> dict[str, Any]:
        """What Paint has of it. It has no bounds: the service says what is wrong."""
        kind = StringProperty if self.items else _PROPERTIES[type(self.default)]
        return {self.name: kind(name=self.title, description=self.argument_tip, options=CALL)}

    @property
    def argument_tip(self) -> str:
        """The tooltip of the argument."""
        names = f" ({', '.join(self.names)})" if self.items else ""
        return self.argument or f"{self.tip.replace(_AUTOMATIC, '0:')}{names}"

    def draw_in(self, column: Any, settings: Any) -> None:
        """Its line in the panel, if it is shown."""
        if self.shown is not None and not self.shown(settings):
            return
        if self.draw is not None:
            self.draw(column, settings)
        elif isinstance(self.default, bool):  # the whole line, or its name would be cut off
            row = column.row()
            row.use_property_split = False
            row.prop(settings, self.name)
        elif self.slider:
            row = column.row()
            row.use_property_split = False
            row.prop(settings, self.name, slider=True)
        elif self._may_be_automatic:
            automatic = getattr(settings, self.automatic_name)
            column.row(heading=self.title).prop(settings, self.automatic_name)
            if not automatic:
                column.prop(settings, self.name, text=" ")
        else:
            column.prop(settings, self.menu_name if self.menu else self.name)

    def read(self, settings: Any) -> Any:
        """Its value in the settings of an object."""
        return as_typed(getattr(settings, self.name))

    def put(self, settings: Any, value: Any) -> None:
        """Make ``value`` its value. Raises TypeError or ValueError if it cannot be."""
        setattr(settings, self.name, value)

    def in_recipe(self, choices: Any) -> Any:
        """What the recipe has for it; None for nothing."""
        if self.sent is not None:
            value = self.sent(choices)
        else:
            value = getattr(choices, self.name)
            value = value.lower() if self.items else value
        return None if self.optional and not value else value

    @property
    def names(self) -> tuple[str, ...]:
        """Of the items."""
        return tuple(name for name, _, _ in self.items)

    def to_json(self, value: Any) -> Any:
        """The value as presets have it."""
        return value

    def from_json(self, data: Any) -> Any:
        """The inverse of :meth:`to_json`. Raises ValueError for what can be no setting's value."""
        if not isinstance(data, str | int | float):
            raise ValueError(f"'{self.name}' is no setting's value")
        return data

    def spelt(self, value: Any) -> str:
        """The value in few words, those of the panel."""
        if isinstance(value, bool):
            return "on" if value else "off"
        if self._may_be_automatic and not value:
            return "Automatic"
        titles = {name: title for name, title, _ in self.items}
        if self.menu is not None:
            titles = {entry.name: entry.title for entry in self.menu.named()}
        if isinstance(value, str):
            return titles.get(value, value)
        return f"{value:.5g}" if isinstance(value, float | int) else str(value)


def of_recipe(
    name: str, section: str, field: str = "", kind: type[Setting] = Setting, **own: Any
) -> Setting:
    """The setting, of this kind, of a field of the recipe, by default that of the same name: what
    is not in ``own`` is as the recipe says."""
    path = field or name
    known = FIELDS[path]
    optional = known.default is None and "default" not in own
    default = _EMPTY[known.type] if known.default is None else known.default
    if own.get("items"):
        default = str(default).upper()
    tip = known.tip
    if optional:  # there is always some value
        tip = tip.replace("default:", "empty:" if default == "" else _AUTOMATIC)
    told: dict[str, Any] = {
        "title": known.title,
        "tip": tip,
        "default": default,
        "least": 0 if optional and default != "" else known.least,
        "most": known.most,
        "adjustable": known.adjustable,
        "optional": optional,
        "field": path,
    }
    return kind(**told | own, name=name, section=section)


def as_typed(value: Any) -> Any:
    """Blender's single precision as the number that was typed: 0.01, not 0.009999999776. Of other
    values nothing is changed."""
    return float(f"{value:.7g}") if isinstance(value, float) else value

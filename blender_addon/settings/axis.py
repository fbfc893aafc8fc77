"""The setting of a symmetry's axis: a name, or a direction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bpy.props import FloatVectorProperty

from ..offer.symmetries import direction
from .row import Setting


def read_axis(settings: Any) -> str:
    """A name or numbers."""
    if settings.axis != "CUSTOM":
        return str(settings.axis)
    return ",".join(f"{number:.7g}" for number in settings.direction)


def put_axis(settings: Any, value: Any) -> None:
    """Make a name or numbers the axis. Raises TypeError."""
    numbers = direction(value)
    settings.axis = value if numbers is None else "CUSTOM"
    if numbers is not None:
        settings.direction = numbers


@dataclass(frozen=True)
class AxisSetting(Setting):
    """The axis: a name, or with the name CUSTOM a direction, which is written as numbers."""

    def properties(self) -> dict[str, Any]:
        """The name and the direction."""
        numbers: Any = FloatVectorProperty(
            name="Direction",
            description="Direction of the axis in the object's own frame",
            default=(0.0, 0.0, 1.0),
            subtype="XYZ",
            precision=4,
        )
        return super().properties() | {"direction": numbers}

    def read(self, settings: Any) -> str:
        """A name or numbers."""
        return read_axis(settings)

    def put(self, settings: Any, value: Any) -> None:
        """Of a name or numbers. Raises TypeError."""
        put_axis(settings, value)

    def draw_in(self, column: Any, settings: Any) -> None:
        """The name, and the direction where it has none."""
        super().draw_in(column, settings)
        if settings.axis == "CUSTOM":
            column.prop(settings, "direction")

"""What is done to the chosen entry of one of an object's lists: its styles or its dreams."""

# No `from __future__ import annotations`: Blender evaluates the annotations of these classes.
from typing import Any

from ..settings.properties import settings_of
from .base import OnMesh, Result


def chosen(settings: Any, noun: str) -> Any:
    """The "style" or "dream" that is chosen in its list; None if there is none."""
    entries, index = getattr(settings, f"{noun}s"), getattr(settings, f"{noun}_index")
    return entries[index] if 0 <= index < len(entries) else None


class OnChosen(OnMesh):
    """Needs a chosen entry, a ``noun``, on the active mesh."""

    bl_options: Any = {"REGISTER", "UNDO"}
    noun = ""

    @classmethod
    def why_not(cls, context: Any) -> str:
        """No mesh is active, or nothing in its list."""
        reason = super().why_not(context)
        if not reason and chosen(settings_of(context.active_object), cls.noun) is None:
            reason = f"Select a {cls.noun} in the list"
        return reason


class Removes(OnChosen):
    """Takes the chosen entry off the list."""

    def execute(self, context: Any) -> Result:
        """Remove it; the one before is chosen then."""
        settings, place = settings_of(context.active_object), f"{self.noun}_index"
        number = getattr(settings, place)
        getattr(settings, f"{self.noun}s").remove(number)
        setattr(settings, place, max(0, number - 1))
        return {"FINISHED"}

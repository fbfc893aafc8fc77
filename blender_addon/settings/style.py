"""Settings: the style pictures and the size of their strokes."""

# No `from __future__ import annotations`: Blender evaluates the annotations of these classes.
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy
from bpy.props import FloatProperty, StringProperty

from ..offer import catalogue
from ..offer.fields import FIELDS
from ..picture import icons
from . import preparing
from .list_setting import ListSetting
from .menu import Menu
from .row import FILE, RELATIVE, Setting, of_recipe

_WEIGHT = FIELDS["styles.weight"]


def _colours_sent(choices: Any) -> str | None:
    """A dream alone has no style that could take colours, and paints light alone all the same."""
    if choices.style_colours == "LIGHT":
        return "light"
    if not choices.use_styles:
        return None
    if choices.style_colours == "PICTURE":  # without one, Paint says so
        return choices.colours_of or None
    return str(choices.style_colours.lower())


class OrbitexStyle(bpy.types.PropertyGroup):
    """One style picture of the blend."""

    source: StringProperty(
        name="Picture",
        description="One of the service's own style pictures, by name, or a picture file",
        default=catalogue.DEFAULT_STYLE,
        subtype="FILE_PATH",
        options=RELATIVE,
    )
    source_menu: Menu(
        "One of the service's own style pictures",
        lambda style: catalogue.known().styles,
        lambda style, name: icons.of_style(name),
    ).over("source", "Exemplar")
    weight: FloatProperty(
        name="Weight",
        description="Share of this picture in the mix of styles",
        default=_WEIGHT.default,
        min=0.001,
        max=_WEIGHT.most,
        soft_min=0.05,
        soft_max=4.0,
    )

    @property
    def look(self) -> str:
        """By what its look is known: its source, and what is done to it before."""
        steps = preparing.read(self)
        return f"{self.source} {json.dumps(steps, sort_keys=True)}" if steps else self.source


for _row in preparing.ROWS:
    OrbitexStyle.__annotations__.update(_row.properties())

Entry = tuple[Any, ...]  # (source, weight), and if there are any, the steps done to it before


@dataclass(frozen=True)
class StyleList(ListSetting):
    """The list of styles; an entry may have a third part: what is done to the picture before it is
    painted in, as a recipe's ``prepare`` says it."""

    def read(self, settings: Any) -> tuple[Entry, ...]:
        """The entries."""
        steps = map(preparing.read, getattr(settings, self.name))
        return tuple(map(_entry, super().read(settings), steps))

    def put(self, settings: Any, value: Iterable[Entry]) -> None:
        """Make these entries the list; the first one is chosen."""
        entries = tuple(value)
        super().put(settings, [(source, weight) for source, weight, *_ in entries])
        for style, (_, _, *steps) in zip(getattr(settings, self.name), entries, strict=True):
            preparing.put(style, steps[0] if steps else {})

    def to_json(self, value: Iterable[Entry]) -> Any:
        """A list of objects, as in a recipe."""
        found = []
        for source, weight, *steps in value:
            found += [{self.what: source, "weight": weight}]
            if steps:
                found[-1]["prepare"] = steps[0]
        return found

    def from_json(self, data: Any) -> Any:
        """The entries. Raises ValueError."""
        listed = data if isinstance(data, list) else [data]
        steps = [entry.get("prepare", {}) if isinstance(entry, dict) else {} for entry in listed]
        plain = [
            {key: x for key, x in entry.items() if key != "prepare"}
            if isinstance(entry, dict)
            else entry
            for entry in listed
        ]
        pairs = super().from_json(plain if isinstance(data, list) else data)
        return tuple(map(_entry, pairs, map(_checked, steps)))

    def of_kept(self, data: Any) -> Any:
        """See ListSetting."""
        pairs = super().of_kept([entry[:2] for entry in data])
        return tuple(
            _entry(pair, _checked(entry[2] if len(entry) > 2 else {}))
            for pair, entry in zip(pairs, data, strict=True)
        )

    def spelt(self, value: Iterable[Entry]) -> str:
        """Names of files without their folders, with the weights."""
        words = (
            f"{Path(source).name} {weight:.3g}{' prepared' if steps else ''}"
            for source, weight, *steps in value
        )
        return " + ".join(words) or "default"


def _entry(pair: tuple[str, float], steps: dict[str, Any]) -> Entry:
    return (*pair, steps) if steps else pair


def _checked(steps: Any) -> dict[str, Any]:
    """Steps from a file. Raises ValueError."""
    plain = isinstance(steps, dict) and all(
        isinstance(x, str | int | float) for x in steps.values()
    )
    if not plain:
        raise ValueError("'prepare' is no object of steps")
    return dict(steps)


STYLES = StyleList(
    "styles",
    "Styles",
    f"Style pictures and their shares. If empty, '{catalogue.DEFAULT_STYLE}'",
    (),
    "style",
    entry=OrbitexStyle,
    what="source",
    write=lambda style, source: setattr(style, "source", source),
    said=lambda style: style.source,
    called="style",
    argument="Name of an exemplar or path of a picture; several: night_strokes=2; //cat.png",
)
ROWS = (
    STYLES,
    of_recipe("style_scale", "style"),
    of_recipe(
        "style_size",
        "style",
        more={"subtype": "DISTANCE"},
    ),
    of_recipe(
        "style_colours",
        "style",
        tip="The colours that the style is painted in",
        items=(
            ("OWN", "Style's Own", "The style keeps its colours"),
            ("PICTURE", "A Picture's", "The style is first brought to the colours of a picture"),
            (
                "BASE",
                "Base Color",
                "The style is first brought to the colours that the object has",
            ),
            (
                "LIGHT",
                "Light Only",
                "Only the style's light and dark are painted, over the hues that the object has",
            ),
        ),
        sent=_colours_sent,
    ),
    Setting(
        "colours_of",
        "Colours Of",
        "Name of one of the service's own style pictures, or a picture file of yours, whose "
        "colours the style takes",
        "",
        "style",
        shown=lambda settings: settings.style_colours == "PICTURE",
        more=FILE,
    ),
)

"""Settings: the style pictures and the size of their strokes."""

# No `from __future__ import annotations`: Blender evaluates the annotations of these classes.
from typing import Any

import bpy
from bpy.props import FloatProperty, StringProperty

from ..offer import catalogue
from ..offer.fields import FIELDS
from ..picture import icons
from .menu import Menu
from .row import ListSetting, Setting, of_recipe

# Paths such as //cat.png, from the .blend's folder; before Blender 4.5 nobody had to ask for them.
RELATIVE: Any = {"ANIMATABLE"} | (
    {"PATH_SUPPORTS_BLEND_RELATIVE"} if bpy.app.version >= (4, 5, 0) else set()
)
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


STYLES = ListSetting(
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
        more={"subtype": "FILE_PATH", "options": RELATIVE},
    ),
)

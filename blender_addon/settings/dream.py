"""Settings: what is dreamt of, and whether styles are used as well."""

# No `from __future__ import annotations`: Blender evaluates the annotations of these classes.
from typing import Any

import bpy
from bpy.props import EnumProperty, FloatProperty, IntProperty, StringProperty

from ..link import lookups
from ..offer import catalogue, dreams
from ..offer.fields import FIELDS
from .list_setting import ListSetting
from .menu import Menu
from .row import Setting

_WEIGHT = FIELDS["dreams.weight"]


def _contents(dream: Any) -> dreams.Contents | None:
    return lookups.contents(dream.id_data.orbitex.network)


def class_names(self: Any, context: Any, edit_text: str) -> list[str]:
    """Search callback: the classes that the object's network knows."""
    contents = _contents(self)
    return list(contents.classes) if contents is not None else []


def _layers(dream: Any) -> tuple[catalogue.MenuEntry, ...]:
    contents = _contents(dream)
    layers = contents.layers if contents is not None else {}
    return tuple(catalogue.MenuEntry(k, k, f"{count} channels") for k, count in layers.items())


def _follow(settings: Any, context: Any) -> None:
    """What nobody has chosen is as it suits a dream alone, or a style."""
    for name, value in dreams.following(settings, settings.use_styles).items():
        setattr(settings, name, value)


class OrbitexDream(bpy.types.PropertyGroup):
    """One thing that the network shall see."""

    kind: EnumProperty(
        name="Dream Of",
        description="What the network should see everywhere",
        items=[
            (dreams.CLASS, "Class", "A thing that the network knows by name"),
            (dreams.CHANNEL, "Channel", "What one channel of a layer responds to"),
            (dreams.MIX, "Mix", "What several channels of a layer respond to together"),
            (dreams.LAYER, "Layer", "More of whatever a layer sees"),
        ],
    )
    class_name: StringProperty(
        name="Class",
        description="Name of one of the classes that the network knows, or its index",
        default="goldfinch",
        search=class_names,
    )
    layer: StringProperty(
        name="Layer", description="Name of a layer of the network", default="fire9"
    )
    layer_menu: Menu(
        "A layer of the network: early ones see lines and colours, late ones parts of things",
        _layers,
    ).over("layer", "Layer")
    channel: IntProperty(
        name="Channel", description="Which channel of the layer", default=0, min=0, max=999_999
    )
    mix: StringProperty(
        name="Channels",
        description="Several channels with their shares, such as 0.8*12+40-0.3*7. Negative ones "
        "are avoided",
        default="0+1",
    )
    weight: FloatProperty(
        name="Weight",
        description=_WEIGHT.tip,
        default=_WEIGHT.default,
        min=_WEIGHT.least,
        max=_WEIGHT.most,
        soft_min=-2.0,
        soft_max=4.0,
    )


def target_of(dream: Any) -> dreams.Target:
    """What an :class:`OrbitexDream` dreams of."""
    return dreams.Target(dream.kind, dream.class_name, dream.layer, dream.channel, dream.mix)


def put_target(dream: Any, text: str) -> None:
    """Make an :class:`OrbitexDream` dream of what a recipe writes as ``text``. Raises ProblemError
    "bad-dream"."""
    target = dreams.read_target(text)
    dream.kind = target.kind
    if target.kind == dreams.CLASS:
        dream.class_name = target.name
    else:
        dream.layer, dream.channel = target.layer, target.channel
        dream.mix = target.mix or dream.mix


DREAMS = ListSetting(
    "dreams",
    "Dreams",
    "What the network should see everywhere in the picture, and how much",
    (),
    "dream",
    entry=OrbitexDream,
    what="target",
    write=put_target,
    said=lambda dream: target_of(dream).spelt(),
    called="dream",
    argument="class:NAME, LAYER or LAYER:CHANNEL; several: class:goldfinch=2; fire9:7=-1",
)
ROWS = (
    DREAMS,
    Setting(
        "use_styles",
        "Use Styles",
        "Paint in the styles of the list. If off, only the dreams are painted, smoother and in "
        "smaller steps",
        True,
        "dream",
        more={"update": _follow},
        argument="Paint dreams in styles; default: if styles are given, or no dreams",
    ),
)

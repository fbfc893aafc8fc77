"""Settings: what is dreamt of, and whether styles are used as well."""

# No `from __future__ import annotations`: Blender evaluates the annotations of these classes.
from collections.abc import Iterable
from typing import Any

import bpy
from bpy.props import (
    BoolProperty,
    CollectionProperty,
    EnumProperty,
    FloatProperty,
    IntProperty,
    StringProperty,
)

from .. import catalogue, dreams, lookups
from .menu import menu_over


def _contents(dream: Any) -> dreams.Contents | None:
    return lookups.contents(dream.id_data.orbitex.network)


def class_names(self: Any, context: Any, edit_text: str) -> list[str]:
    """Search callback: the classes that the object's network knows."""
    contents = _contents(self)
    return list(contents.classes) if contents is not None else []


def _layers(dream: Any) -> tuple[catalogue.Choice, ...]:
    contents = _contents(dream)
    layers = contents.layers if contents is not None else {}
    return tuple(catalogue.Choice(k, k, f"{count} channels") for k, count in layers.items())


def _follow(settings: Any, context: Any) -> None:
    """What nobody has chosen is as it suits a dream alone, or a style."""
    known = settings.bl_rna.properties
    defaults = {name: known[name].default for name in dreams.PURE}
    values = {name: getattr(settings, name) for name in dreams.PURE}
    for name, value in dreams.following(values, defaults, settings.use_styles).items():
        setattr(settings, name, value)


class OrbitexDream(bpy.types.PropertyGroup):
    """One thing that the network shall see."""

    kind: EnumProperty(
        name="Dream Of",
        description="What the network shall see everywhere",
        items=[
            (dreams.CLASS, "Class", "A thing that the network knows by name"),
            (dreams.CHANNEL, "Channel", "What one channel of a layer responds to"),
            (dreams.MIX, "Mix", "What several channels of a layer respond to together"),
            (dreams.LAYER, "Layer", "Whatever a layer sees, more of it"),
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
    layer_menu: menu_over(
        "layer",
        "Layer",
        "A layer of the network: early ones see lines and colours, late ones parts of things",
        _layers,
    )
    channel: IntProperty(
        name="Channel", description="Which channel of the layer", default=0, min=0, max=999_999
    )
    mix: StringProperty(
        name="Channels",
        description="Several channels with their shares, such as 0.8*12+40-0.3*7; negative ones "
        "are avoided",
        default="0+1",
    )
    weight: FloatProperty(
        name="Weight",
        description="How much it counts; negative to avoid it",
        default=1.0,
        min=-100.0,
        max=100.0,
        soft_min=-2.0,
        soft_max=4.0,
    )


class DreamSettings:
    """The list of dreams."""

    use_styles: BoolProperty(
        name="Use Styles",
        description="Paint in the styles of the list; off: the dreams alone, smoothed more and "
        "painted more calmly",
        default=True,
        update=_follow,
    )
    dreams: CollectionProperty(
        name="Dreams",
        description="What the network shall see everywhere in the picture, and how much",
        type=OrbitexDream,
    )
    dream_index: IntProperty(
        name="Dream", description="The dream that is shown in full below the list"
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


def put_dreams(settings: Any, wanted: Iterable[tuple[str, float]]) -> None:
    """Make (target, weight) the list of dreams; the first one is chosen. Raises ProblemError
    "bad-dream"."""
    settings.dreams.clear()
    for target, weight in wanted:
        item = settings.dreams.add()
        put_target(item, target)
        item.weight = weight
    settings.dream_index = 0

"""Settings: how carefully it is painted, and what counts how much."""

# No `from __future__ import annotations`: Blender evaluates the annotations of these classes.
from bpy.props import FloatProperty, IntProperty, StringProperty

from .. import catalogue
from ..terms import TERMS
from .menu import menu_over


class PaintingSettings:
    """Quality, steps, seed and network; below, the weights of the objective's terms."""

    quality: StringProperty(
        name="Quality",
        description="How long and how carefully to paint, by name",
        default="standard",
    )
    quality_menu: menu_over(
        "quality",
        "Quality",
        "How long and how carefully to paint",
        lambda settings: catalogue.known().qualities,
    )
    steps: IntProperty(
        name="Steps",
        description="Steps in all; 0: as the quality says",
        default=0,
        min=0,
        max=100_000,
    )
    learning_rate: FloatProperty(
        name="Learning Rate",
        description="How far one step goes; larger is faster and rougher",
        default=0.12,
        min=0.001,
        max=1.0,
        precision=3,
    )
    network: StringProperty(
        name="Network",
        description="The network that looks at the painting, by name; auto: the best at hand",
        default=catalogue.DEFAULT_NETWORK,
    )
    network_menu: menu_over(
        "network",
        "Network",
        "The network that looks at the painting",
        lambda settings: catalogue.known().networks,
    )
    seed: IntProperty(
        name="Seed",
        description="Another seed paints another picture",
        default=0,
        min=0,
        max=2**31 - 1,
    )


for _term in TERMS:
    PaintingSettings.__annotations__[_term.setting] = FloatProperty(
        name=_term.title,
        description=_term.tip,
        default=_term.default,
        min=_term.least,
        max=_term.most,
        soft_max=_term.usual,
    )

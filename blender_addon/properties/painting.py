"""Settings: how carefully it is painted, and what counts how much."""

# No `from __future__ import annotations`: Blender evaluates the annotations of these classes.
from bpy.props import FloatProperty, IntProperty, StringProperty

from .. import catalogue
from .menu import menu_over


class PaintingSettings:
    """Quality, steps, seed, network, and the weights of the objective."""

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
        description="The network that looks at the painting, by name",
        default=catalogue.EMBEDDED_NETWORK,
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
    style_weight: FloatProperty(
        name="Style",
        description="How much the strokes and shapes of the style count",
        default=1.0,
        min=0.0,
        max=1000.0,
        soft_max=10.0,
    )
    colour_weight: FloatProperty(
        name="Style's Colours",
        description="How much the colours of the style count",
        default=1.0,
        min=0.0,
        max=1000.0,
        soft_max=10.0,
    )
    smoothness: FloatProperty(
        name="Smoothness",
        description="How much neighbouring pixels should agree; 0: not at all",
        default=0.1,
        min=0.0,
        max=1000.0,
        soft_max=1.0,
    )
    seam: FloatProperty(
        name="Seams",
        description="How much both sides of the UV map's seams should agree while it is painted",
        default=1.0,
        min=0.0,
        max=1000.0,
        soft_max=10.0,
    )
    content: FloatProperty(
        name="Keep Features",
        description="How much of what the colour before shows is kept; 0: nothing",
        default=0.0,
        min=0.0,
        max=1000.0,
        soft_max=10.0,
    )

"""Benchmark of Blender's *Finishing* sliders: ``python -m tests.benchmarks.finishing_sliders``
prints a Markdown table for docs/benchmarks.md.

From a slider's new value to the picture decoded in the image, with a real service that has painted
it. No window: what the viewport needs to draw a new texture comes on top.
"""

from __future__ import annotations

import os
import time
from typing import Any

import bpy
import numpy as np

import blender_addon
from blender_addon.finishing import live
from recipes.demo import free_address
from tests.benchmarks.blender_updates import sphere

SIZE, TIMES = 1024, 20
STEPS = (("contrast", 1.0, 1.6), ("saturation", 1.0, 1.8), ("hue", 0.0, 90.0), ("black", 0.0, 0.2))


def shown(obj: Any, name: str, value: float) -> float:
    """Milliseconds until the image shows it."""
    begun = time.perf_counter()
    setattr(obj.orbitex, f"finish_{name}", value)
    asking = live.ask(bpy.context, obj, draft=True)
    while live.is_pending(obj):
        asking.wait(0.005)
        live.collect()
    pixels = np.empty(4 * SIZE * SIZE, np.float32)
    obj.orbitex.image.pixels.foreach_get(pixels)  # decodes it
    return 1000 * (time.perf_counter() - begun)


def main() -> None:
    """Paint, and move one slider after the other."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    blender_addon.register()
    obj = sphere(64)
    bpy.ops.orbitex.paint(
        **{"group": "532", "style": "night_strokes", "size": SIZE, "quality": "draft"},
        **{"views": 4, "steps": 8, "address": free_address(), "autostart": True},
    )
    print(f"load {os.getloadavg()[0]:.1f}\n\n| slider | median | slowest |\n|---|---|---|")
    print(f"| the first change of a painting | {shown(obj, 'contrast', 1.1):.0f} ms | |")
    for name, low, high in STEPS:
        spent = [shown(obj, name, float(x)) for x in np.linspace(low, high, TIMES)]
        print(f"| {name} | {np.median(spent):.0f} ms | {max(spent):.0f} ms |")
        obj.orbitex.property_unset(f"finish_{name}")
    for name, value in (("sharpen", 1.0), ("blur", 2.0)):
        print(f"| {name} | {shown(obj, name, value):.0f} ms | |")
        obj.orbitex.property_unset(f"finish_{name}")
    begun = time.perf_counter()
    bpy.ops.orbitex.finish_image()
    print(f"| Apply Finishing | {1000 * (time.perf_counter() - begun):.0f} ms | |")
    blender_addon.unregister()


if __name__ == "__main__":
    main()

"""Render an object turning around once, alone on a grey stage of its own.

    blender -b vase-painted.blend --python recipes/blender/turntable.py -- --out vase.mp4
    python recipes/blender/turntable.py vase-painted.blend --engine WORKBENCH --out vase.webp

Writes a film (.mp4, by Blender; .webp, if Python has Pillow) or a folder of PNGs.
"""

import math
import sys
import tempfile
from pathlib import Path
from typing import Any

import bpy
import numpy as np
from mathutils import Vector

sys.path.insert(0, str(Path(__file__).resolve().parent))
from headless import Options, context, mesh_object, run, say

VIEW_ANGLE = math.radians(35)
GREY = 0.25


def grey_world() -> Any:
    """The background, and the light from all around."""
    world = bpy.data.worlds.new("Turntable")
    world.color = (GREY,) * 3
    nodes: Any = world.node_tree.nodes if world.node_tree else ()  # Blender 5.0: always there
    for node in nodes:
        if node.type == "BACKGROUND":
            node.inputs["Color"].default_value = (*(GREY,) * 3, 1)
    return world


def stage(obj: Any, frames: int, elevation: float) -> Any:
    """A scene of ``obj`` alone, with a camera and a light that go around it in ``frames``."""
    shown = obj.evaluated_get(context.evaluated_depsgraph_get())
    points = np.empty(3 * len(shown.data.vertices), np.float32)
    shown.data.vertices.foreach_get("co", points)
    world = np.array(shown.matrix_world)
    points = points.reshape(-1, 3) @ world[:3, :3].T + world[:3, 3]
    middle = Vector((points.min(axis=0) + points.max(axis=0)) / 2)
    radius = float(np.linalg.norm(points - middle, axis=1).max())
    scene = bpy.data.scenes.new("Turntable")
    scene.collection.objects.link(obj)
    scene.world = grey_world()
    hub = bpy.data.objects.new("Hub", None)
    hub.location = middle
    # A driver: simpler than keys, whose functions are not the same in all Blenders.
    turning: Any = hub.driver_add("rotation_euler", 2)
    turning.driver.expression = f"frame * {math.tau / frames}"
    lens = bpy.data.cameras.new("Turntable")
    lens.angle = VIEW_ANGLE
    camera = bpy.data.objects.new("Camera", lens)
    distance = 1.05 * radius / math.sin(VIEW_ANGLE / 2)
    lens.clip_start, lens.clip_end = distance - 1.1 * radius, distance + 2 * radius
    up = math.radians(elevation)
    camera.location = Vector((0, -math.cos(up), math.sin(up))) * distance
    camera.rotation_euler = (math.pi / 2 - up, 0, 0)
    sun: Any = bpy.data.lights.new("Key", "SUN")
    sun.energy, sun.angle = 4.0, 0.3
    key = bpy.data.objects.new("Key", sun)
    key.rotation_euler = (math.radians(50), 0, math.radians(-35))
    for each in (hub, camera, key):
        scene.collection.objects.link(each)
    camera.parent = key.parent = hub
    scene.camera = camera
    scene.frame_start, scene.frame_end = 1, frames
    return scene


def set_up_render(scene: Any, engine: str, size: int, samples: int) -> None:
    """Square frames of ``size`` pixels."""
    scene.render.engine = engine if engine == "CYCLES" else f"BLENDER_{engine}"
    if engine == "CYCLES":
        scene.cycles.samples = samples
        scene.cycles.use_denoising = False  # would smear the strokes
    else:
        shading = scene.display.shading
        shading.light, shading.color_type = "STUDIO", "TEXTURE"
    scene.render.resolution_x = scene.render.resolution_y = size
    scene.render.resolution_percentage = 100
    scene.view_settings.view_transform = "Standard"


def render(scene: Any, path: Path, film: bool) -> None:
    """Render all frames into one film, or into numbered PNGs that begin with ``path``."""
    settings = scene.render.image_settings
    if hasattr(settings, "media_type"):  # Blender 5.0
        settings.media_type = "VIDEO" if film else "IMAGE"
    settings.file_format = "FFMPEG" if film else "PNG"
    if film:
        scene.render.ffmpeg.format, scene.render.ffmpeg.codec = "MPEG4", "H264"
        scene.render.ffmpeg.constant_rate_factor = "HIGH"
    scene.render.filepath = str(path.absolute())
    bpy.ops.render.render(animation=True, scene=scene.name)


def render_webp(scene: Any, out: Path) -> None:
    """Render an endless WebP. Raises RuntimeError without Pillow."""
    try:
        from PIL import Image
    except ImportError:
        raise RuntimeError("A .webp needs Pillow in this Python; take .mp4 or a folder.") from None
    with tempfile.TemporaryDirectory() as folder:
        render(scene, Path(folder) / "frame", film=False)
        first, *rest = [Image.open(file) for file in sorted(Path(folder).glob("frame*.png"))]
        milliseconds = round(1000 / scene.render.fps)
        first.save(
            out, save_all=True, append_images=rest, duration=milliseconds, loop=0, quality=85
        )


def main() -> None:
    """Read the options, render."""
    options = Options(__file__, "Render an object turning around once.")
    options.add_argument("--object", metavar="NAME", help="default: the active or the only mesh")
    options.add_argument(
        "--out", type=Path, help="FILE.mp4, FILE.webp or a folder; default: folder"
    )
    options.add_argument("--frames", type=int, default=48, metavar="N", help="default: 48")
    options.add_argument("--fps", type=int, default=24, metavar="N", help="default: 24")
    options.add_argument("--size", type=int, default=480, metavar="N", help="default: 480 pixels")
    options.add_argument("--engine", choices=("CYCLES", "WORKBENCH"), default="CYCLES")
    options.add_argument("--samples", type=int, default=32, metavar="N", help="of Cycles; 32")
    options.add_argument("--elevation", type=float, default=20, metavar="DEGREES", help="20")
    given = options.read()
    opened = Path(bpy.data.filepath)
    out = given.out or opened.with_name(f"{opened.stem}-turntable")
    if min(given.frames, given.fps, given.size, given.samples) < 1:
        options.error("--frames, --fps, --size and --samples must be at least 1")
    if out.suffix not in ("", ".mp4", ".webp"):
        options.error(f"--out {out}: a name that ends in .mp4 or .webp, or a folder")
    scene = stage(mesh_object(given.object), given.frames, given.elevation)
    set_up_render(scene, given.engine, given.size, given.samples)
    scene.render.fps = given.fps
    out.parent.mkdir(parents=True, exist_ok=True)
    if out.suffix == ".webp":
        render_webp(scene, out)
    else:
        render(scene, out if out.suffix else out / "frame", film=bool(out.suffix))
    say(f"wrote {out}")


run(main)

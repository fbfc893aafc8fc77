"""The demo: headless Blender paints a sphere through a service that it starts.

    python -m recipes.demo [--out out/demo]        (or: make demo)

It builds a UV sphere with a camera and lights, sends it with the icosahedral group 532 and one of
the project's own styles over ZeroMQ, records the frames as they stream into the image, and writes

    sphere.blend    the scene with the texture packed
    texture.png     the texture
    render.png      a Cycles render of it
    timeline.png    the frames in the order of their arrival
    receipt.json    what was painted, and how well
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import json
import math
import os
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

GROUP, STYLE, SIZE, QUALITY, SEED = "532", "night_strokes", 1536, "draft", 1
LIBRARIES = (
    "On Debian: apt-get install libegl1 libgl1 libxi6 libsm6 libxkbcommon0 libxrender1 libxfixes3"
)
THUMBNAIL, COLUMNS, ROWS = 256, 4, 3  # of the timeline


@dataclass(frozen=True)
class Arrival:
    """A frame as it came. pixels: (H, W, 3) uint8, top row first; seconds: since the start."""

    step: int
    seconds: float
    pixels: np.ndarray


def build_scene(bpy: Any) -> Any:
    """A smooth UV sphere on a dark floor, a camera, two lights; returns the sphere."""
    from blender_addon.picture.shading import node_tree_of

    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.ops.mesh.primitive_plane_add(size=60, location=(0, 0, -1))
    floor = bpy.data.materials.new("Floor")
    shader = next(n for n in node_tree_of(floor).nodes if n.type == "BSDF_PRINCIPLED")
    shader.inputs["Base Color"].default_value = (0.012, 0.013, 0.018, 1)
    shader.inputs["Roughness"].default_value = 0.35
    bpy.context.object.data.materials.append(floor)
    for location, rotation, energy, size in (
        ((3.5, -3.0, 4.5), (40, 0, 50), 420, 3),
        ((-4.0, -2.0, 2.0), (65, 0, -65), 130, 4),
        ((0.5, 4.0, 3.0), (-60, 0, 0), 160, 3),
    ):
        angles = tuple(math.radians(a) for a in rotation)
        bpy.ops.object.light_add(type="AREA", location=location, rotation=angles)
        bpy.context.object.data.energy, bpy.context.object.data.size = energy, size
    bpy.ops.object.camera_add(location=(0, -3.7, 0.7), rotation=(math.radians(79.3), 0, 0))
    bpy.context.scene.camera = bpy.context.object
    bpy.ops.mesh.primitive_uv_sphere_add(segments=64, ring_count=32, radius=1)
    bpy.ops.object.shade_smooth()
    return bpy.context.object


def render(bpy: Any, path: Path) -> None:
    """A Cycles render of the scene, 720 × 720."""
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.cycles.samples = 48
    scene.cycles.use_denoising = False  # would smear the strokes
    scene.view_settings.view_transform = "Standard"
    scene.render.resolution_x = scene.render.resolution_y = 720
    scene.render.image_settings.file_format = "PNG"
    scene.render.filepath = str(path)
    with quiet():
        bpy.ops.render.render(write_still=True)


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Without what Blender itself prints: it writes to the process's standard output."""
    sys.stdout.flush()
    kept = os.dup(1)
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)


def contact_sheet(arrivals: list[Arrival]) -> Image.Image:
    """Frames spread evenly over the painting, first and last included, with step and time."""
    count = min(len(arrivals), COLUMNS * ROWS)
    picks = np.unique(np.linspace(0, len(arrivals) - 1, count).round().astype(int))
    label = 18
    cell = THUMBNAIL + label
    sheet = Image.new("RGB", (COLUMNS * THUMBNAIL, -(-len(picks) // COLUMNS) * cell), "#16161c")
    draw = ImageDraw.Draw(sheet)
    for place, pick in enumerate(picks):
        frame = arrivals[pick]
        x, y = place % COLUMNS * THUMBNAIL, place // COLUMNS * cell
        picture = Image.fromarray(frame.pixels).resize(
            (THUMBNAIL, THUMBNAIL), Image.Resampling.LANCZOS
        )
        sheet.paste(picture, (x, y + label))
        draw.text((x + 5, y + 3), f"step {frame.step}   {frame.seconds:.1f} s", fill="#d8d8e0")
    return sheet


def free_address() -> str:
    """A loopback address that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"tcp://127.0.0.1:{probe.getsockname()[1]}"


def run(out: Path) -> None:
    """Paint, and write everything into ``out``."""
    with tempfile.TemporaryDirectory() as profile:
        os.environ["BLENDER_USER_RESOURCES"] = profile  # leave the user's own Blender alone,
        os.environ["ORBITEX_DATA"] = profile  # and the jobs of a service that may be running
        try:
            bpy: Any = importlib.import_module("bpy")  # after the profile is set
        except ImportError as error:
            raise SystemExit(f"demo: Blender cannot be loaded: {error}. {LIBRARIES}") from None
        import blender_addon
        from blender_addon.jobs import pump
        from blender_addon.picture.backup import RECEIPT_KEY

        start = time.perf_counter()
        sphere = build_scene(bpy)
        blender_addon.register()
        arrivals: list[Arrival] = []

        def record(step: int, rgba: np.ndarray, size: tuple[int, int]) -> None:
            pixels = rgba.reshape(size[1], size[0], 4)[::-1, :, :3]
            bytes_ = (pixels * 255).round().astype(np.uint8)
            arrivals.append(Arrival(step, time.perf_counter() - start, bytes_))

        pump.on_frame.append(record)
        try:
            bpy.context.view_layer.objects.active = sphere
            bpy.ops.orbitex.paint(
                group=GROUP,
                style=STYLE,
                size=SIZE,
                quality=QUALITY,
                seed=SEED,
                address=free_address(),
                autostart=True,
                occluders=False,  # the whole sphere, not only what the floor leaves to see
            )
            image = sphere.orbitex.image
            receipt = json.loads(image[RECEIPT_KEY])
        finally:
            pump.on_frame.remove(record)
            blender_addon.unregister()
        painted = time.perf_counter()
        if len(arrivals) < 2:
            raise SystemExit("demo: the texture did not stream: fewer than two frames came.")
        out.mkdir(parents=True, exist_ok=True)
        Image.fromarray(arrivals[-1].pixels).save(out / "texture.png")
        contact_sheet(arrivals).save(out / "timeline.png")
        (out / "receipt.json").write_text(json.dumps(receipt, indent=2) + "\n")
        bpy.ops.wm.save_as_mainfile(filepath=str((out / "sphere.blend").resolve()))
        render(bpy, (out / "render.png").resolve())
    print(
        f"demo: {len(arrivals)} frames, the first after {arrivals[0].seconds:.1f} s; "
        f"painted in {painted - start:.1f} s, {time.perf_counter() - start:.1f} s in all\n"
        f"demo: see {out / 'render.png'}, texture.png, timeline.png, sphere.blend"
    )


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("out/demo"), help="folder to write to")
    run(parser.parse_args().out)


if __name__ == "__main__":
    main()

"""A user who does everything at once while pictures grow: ``python disturb.py SEED FOLDER``.

With the project, its tests and this folder on the path. Quits in mid-painting, with nothing
unregistered.
"""

from __future__ import annotations

import random
import sys
import time
from typing import Any

import bpy
from fake_service import FakeService
from painting import start

import blender_addon
from blender_addon.jobs import pump
from blender_addon.problems import ProblemError

ACTIONS = 150


def disturb(chance: random.Random, folder: str, service: FakeService) -> str:
    """Do one thing; its name."""
    objects = [obj for obj in bpy.context.scene.objects if obj.type == "MESH"]
    images, materials = list(bpy.data.images), list(bpy.data.materials)
    obj: Any = chance.choice(objects) if objects else None

    def paint() -> None:
        try:
            start(obj, service, size=chance.choice((64, 128, 256)))
        except ProblemError as error:
            print("refused:", error)
        bpy.ops.ed.undo_push(message="paint")

    def mode() -> None:
        bpy.context.view_layer.objects.active = obj
        bpy.ops.object.mode_set(mode=chance.choice(("OBJECT", "EDIT", "TEXTURE_PAINT")))

    def move() -> None:
        obj.location.x += 1
        bpy.ops.ed.undo_push(message="move")

    def bump() -> None:
        obj.orbitex.bump = chance.choice((0.0, 0.5))

    def save() -> None:
        bpy.ops.wm.save_as_mainfile(filepath=f"{folder}/disturbed.blend")

    def reopen() -> None:
        save()
        bpy.ops.wm.open_mainfile(filepath=f"{folder}/disturbed.blend")

    def add() -> None:
        if bpy.context.mode == "OBJECT" and len(objects) < 5:
            bpy.ops.mesh.primitive_uv_sphere_add(segments=8, ring_count=4)
            bpy.ops.ed.undo_push(message="add")

    def duplicate() -> None:
        if bpy.context.mode == "OBJECT" and len(objects) < 5:
            bpy.ops.object.duplicate()
            bpy.ops.ed.undo_push(message="duplicate")

    def reload() -> None:
        blender_addon.unregister()
        blender_addon.register()

    def step(operator: Any) -> Any:
        return lambda: operator() if operator.poll() else None

    usual = [paint, paint, move, mode, bump, step(bpy.ops.ed.undo), step(bpy.ops.ed.redo)]
    rare: list[Any] = [save, reopen, add, duplicate, reload]
    rare.append(lambda: setattr(obj, "name", chance.choice("abc")))
    rare.append(lambda: bpy.data.objects.remove(obj))
    rare.append(lambda: obj.data.materials.clear())
    rare += [lambda: bpy.data.images.remove(chance.choice(images))] if images else []
    rare += [lambda: bpy.data.materials.remove(chance.choice(materials))] if materials else []
    action = add if obj is None else chance.choice(usual if chance.random() < 0.8 else rare)
    action()
    return action.__name__


def main() -> None:
    """Disturb, tick, disturb; then leave in the middle."""
    chance = random.Random(int(sys.argv[1]))
    bpy.ops.wm.read_factory_settings(use_empty=True)
    blender_addon.register()
    service = FakeService(steps=30, step_seconds=0.01)
    service.__enter__()
    bpy.ops.ed.undo_push(message="begin")
    for _ in range(ACTIONS):
        print(disturb(chance, sys.argv[2], service), flush=True)
        for _ in range(chance.randrange(4)):
            pump._tick()
            time.sleep(0.005)
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.ops.mesh.primitive_uv_sphere_add()
    running = start(bpy.context.active_object, service)
    while not running.frames:
        pump._tick()
    print(f"quitting with {running.report.state}", flush=True)


main()

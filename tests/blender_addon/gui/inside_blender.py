"""Runs inside the Blender that is tested: does what the test says, and counts its own ticks.

``blender … --python inside_blender.py -- ADDRESS``: connects to the test there. A message is a
piece of Python; it is run in the main thread, and the value of its last expression goes back.
"""

import ast
import json
import sys
import time
import traceback

import bpy
import zmq

socket = zmq.Context.instance().socket(zmq.REP)
socket.setsockopt(zmq.LINGER, 0)
socket.connect(sys.argv[-1])

ticks: list = []  # times at which Blender was free to do something else
drawn: dict = {}  # panel's name: how often it was drawn
names = {"bpy": bpy, "ticks": ticks, "drawn": drawn}


def tick():
    ticks.append(time.monotonic())
    return 0.05


def obey():
    if socket.poll(0):  # one a turn: see OldBlender.settle
        try:
            reply = json.dumps({"value": value_of(socket.recv().decode())}, default=str)
        except Exception:
            reply = json.dumps({"error": traceback.format_exc()})
        socket.send(reply.encode())
    return 0.02


def value_of(code):
    tree = ast.parse(code)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "<test>", "exec"), names)
    return eval(compile(ast.Expression(last.value), "<test>", "eval"), names) if last else None


def count_draws():
    """Have every panel of the add-on say when it is drawn, through Blender's own hook."""

    def counter(name):
        def count(self, context):
            drawn[name] = drawn.get(name, 0) + 1

        return count

    for name in dir(bpy.types):
        if name.startswith("ORBITEX_PT_"):
            getattr(bpy.types, name).append(counter(name))


def viewport():
    areas = bpy.context.window_manager.windows[0].screen.areas
    return next(area for area in areas if area.type == "VIEW_3D")


def region(kind):
    return next(region for region in viewport().regions if region.type == kind)


def place_of(region):
    return [region.x, region.y, region.width, region.height]


def in_region(kind):
    """To act as if the mouse were there."""
    window = bpy.context.window_manager.windows[0]
    return bpy.context.temp_override(window=window, area=viewport(), region=region(kind))


def under_the_mouse():
    """The Python that the sidebar's button under the mouse would run; empty if there is none."""
    with in_region("UI"):
        if not bpy.ops.ui.copy_python_command_button.poll():
            return ""
        bpy.context.window_manager.clipboard = ""
        bpy.ops.ui.copy_python_command_button()
        return bpy.context.window_manager.clipboard


for name in (count_draws, viewport, region, place_of, in_region, under_the_mouse):
    names[name.__name__] = name
bpy.context.preferences.view.show_splash = False  # it would cover the viewport
bpy.app.timers.register(tick, persistent=True)
bpy.app.timers.register(obey, persistent=True)

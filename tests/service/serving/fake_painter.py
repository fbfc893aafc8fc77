"""A painter of a few lines: deterministic grey pictures, one a step, as slow as it is told.

The recipe's ``seed`` is the time of one step in milliseconds. A few groups ask for trouble.
Every step's chain depends on all steps and adjustments before it, and the picture's first row shows
it: one that went on from a wrong place is another picture. Checkpoints are written every few steps.
"""

import collections
import dataclasses
import hashlib
import json
import os
import signal
import time

import numpy as np

from geometry.errors import InputError
from service.painting.kept import Paint
from service.painting.progress import Progress
from service.painting.steering import steered
from service.reporting.receipt import SCHEMA
from service.serving.engines import paint_job
from service.serving.engines.painter import Painter
from service.serving.processes.child import SocketChannel

STEPS = 40
# Groups that ask for trouble: a service takes only those that there are.
HUNGRY, CRASH, DEADLY, HANG = "*332", "3*2", "*432", "*532"
renders = collections.Counter()  # of each step and size, in the job that runs
HUNGRY_STEP = 20
CHECKPOINT_BYTES = 1 << 16


class FakeCheckpoint:
    def __init__(self, step, chain):
        self.data = {"step": step, "chain": chain}

    def parts(self):
        return [json.dumps(self.data).encode().ljust(CHECKPOINT_BYTES)]


def wire_scene(recipe, cameras, buffers):
    if recipe.target == "mesh" and "vertices" not in buffers:
        raise InputError("missing-buffer", "vertices", "The mesh has no vertices.", "Send it.")
    return {name: float(array.sum()) for name, array in buffers.items()}


def paint(recipe, scene, styles, attempt):
    renders.clear()
    kept = None
    if attempt.kept is not None:
        data, region, job = attempt.kept
        part = f"larger than {job}".encode() if region is None else region.tobytes()
        kept = hashlib.sha256(data + part).hexdigest()
    first, chain = 0, json.dumps([scene, kept])
    if attempt.resume is not None:
        try:
            first, chain = (json.loads(attempt.resume)[key] for key in ("step", "chain"))
        except ValueError:
            raise InputError("bad-checkpoint", "checkpoint", "It is damaged.") from None
    step, width = first, recipe.size
    now = steered(recipe, [a.changes for a in attempt.steering if a.step < first])
    while step < (now.steps or STEPS):
        for adjustment in attempt.steering:
            if adjustment.step == step:
                now = steered(now, [adjustment.changes])
                chain = hashlib.sha256(f"{chain} {adjustment.changes}".encode()).hexdigest()
        step += 1
        steps = max(now.steps or STEPS, step)
        time.sleep(recipe.seed / 1000)
        if recipe.group == HUNGRY and step == HUNGRY_STEP and not attempt.frugal:
            raise MemoryError
        if recipe.group == CRASH:
            raise RuntimeError("as asked")
        if recipe.group == DEADLY:
            os.kill(os.getppid(), signal.SIGKILL)
        if recipe.group == HANG:
            print("hanging", flush=True)
            time.sleep(3600)
        chain = hashlib.sha256(f"{chain} {step}".encode()).hexdigest()

        def texture(max_size, step=step, chain=chain):
            renders[step, max_size] += 1
            size = min(width, max_size or width)
            picture = np.full((size, size, 3), step % 256, np.uint8)
            if not max_size:
                picture[0, :32] = np.frombuffer(bytes.fromhex(chain), np.uint8)[:, None]
            return picture

        yield Progress(
            stage=0,
            stages=1,
            step=step,
            steps=steps,
            loss={"style": 1 / step, "odd": float("nan")},
            seconds=0.1 * step,
            seconds_left=float("inf"),
            megapixels=0.5 * step,
            texture=texture,
            checkpoint=lambda step=step, chain=chain: FakeCheckpoint(step, chain),
            paint=lambda step=step: Paint(np.full((1, 1, 1, 3), step, np.float32), mirrored=False),
            surface=None,
            kept_sha256=kept,
            steering=tuple(a for a in attempt.steering if a.step < step),
        )


def finish(recipe, scene, styles, last):
    texture = last.texture(0)
    given = {"kept": last.kept_sha256, "recipe": recipe.model_dump(mode="json"), "sums": scene}
    given |= {"schema": SCHEMA, "styles": [{"source": style.source} for style in recipe.styles]}
    given["renders"] = max(renders.values())
    steering = [adjustment.as_dict() for adjustment in last.steering]
    given |= {"step": last.step, "shape": texture.shape, "steering": steering}
    return texture, given, last.paint()


def network(name):
    return {"layers": [{"name": "grey", "channels": 8}], "classes": [f"class of {name}"]}


def channel(name, layer, number, size):
    """A grey picture; layers ask for trouble."""
    if layer == "crash":
        raise RuntimeError("as asked")
    if layer == "deadly":
        os.kill(os.getpid(), signal.SIGKILL)
    if layer != "grey":
        raise InputError("unknown-layer", "layer", f"There is no layer {layer}.", "Take grey.")
    print(f"looks at channel {number}", flush=True)
    return np.full((size, size, 3), number, np.uint8)


def look(picture):
    return np.resize(picture, (72, 72, 3)), [[1.0, 0.0, 0.0, 0.5]] * 3


def survey(name, picture):
    row = {"layer": "grey", "channel": int(picture[0, 0, 0]), "strength": 1.5}
    return {"channels": [row] * 20, "dreams": ["grey:1*5"]}


def group(name):
    return {"name": name, "label": "Turns"}


def symmetries(vertices, triangles):
    about = {"name": "*", "label": "Mirror", "order": 2, "axis": "Y", "centre": "origin"}
    return [about | {"deviation": float(len(vertices)), "frame": [0.0] * 9}]


def maps(fields, buffers):
    picture = buffers["picture"]
    return {"flat": fields["invert"]}, {"normal": picture, "packed": 255 - picture}


def solid(fields, buffers):
    """What it was asked for as its points; 2 m of it take for ever."""
    if fields["mm"] == 2000:
        time.sleep(1000)
    points = np.full((3, 3), fields["mm"], np.float32)
    colours = np.zeros((3, 3), np.uint8)
    made = {"points": points, "triangles": buffers["triangles"], "colours": colours}
    return {"volume": 1.0}, made | {"file": np.frombuffer(b"solid", np.uint8)}


def prepare(fields, buffers):
    steps = fields["prepare"]
    pixels = np.full((8, fields["size"], 3), 100 * steps.get("contrast", 1), np.uint8)
    return {}, {"pixels": pixels}


def refinish(folder, steps, draft, buffers):
    pixels = np.full((8, 8, 3), 100 * steps["contrast"], np.uint8)
    return {"receipt": None if draft else {"recipe": {"finishing": steps}}}, {"pixels": pixels}


def fake_painter(checkpoint_seconds=0.05):
    paint_job.CHECKPOINT_SECONDS = checkpoint_seconds  # called by the worker alone
    return Painter(
        devices=lambda: ["cpu"],
        describe=lambda: {"groups": [], "styles": ["grey"]},
        load_styles=lambda recipe, buffers: (),
        wire_scene=wire_scene,
        paint=paint,
        finish=finish,
        network=network,
        channel=channel,
        survey=survey,
        look=look,
        group=group,
        symmetries=symmetries,
        maps=maps,
        solid=solid,
        prepare=prepare,
        refinish=refinish,
    )


def painter_of_two_devices():
    return dataclasses.replace(fake_painter(), devices=lambda: ["cuda:0", "cuda:1"])


def painter_without_checkpoints():
    return fake_painter(checkpoint_seconds=1e9)


def listening_painter():
    """Writes all that its worker is told into the log of the job."""
    channel = SocketChannel
    receive = channel.receive

    def heard(self):
        header, buffers = receive(self)
        print("told", header["kind"], flush=True)
        return header, buffers

    channel.receive = heard
    return fake_painter()


def broken_painter():
    raise RuntimeError("no torch here")


def painter_that_takes_long():
    time.sleep(3600)

"""The whole service: the real painter behind a real socket, in processes of their own."""

import contextlib
import importlib.util
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from patience import PATIENCE, limited

from geometry.errors import InputError
from service.serving.client import Client


def _is_there(module):
    with contextlib.suppress(ModuleNotFoundError):
        return importlib.util.find_spec(module) is not None
    return False


NEEDED = ("service.painting.paint", "service.inputs.styles", "service.describe")
pytestmark = pytest.mark.skipif(
    not all(map(_is_there, NEEDED)), reason="the painting heart is not there yet"
)

ROOT = Path(__file__).parents[2]
SERVE = """
import logging, sys
from pathlib import Path
from service.serving.serve import serve
from service.serving.settings import Settings
logging.basicConfig(level=logging.INFO)
settings = Settings(Path(sys.argv[1]), "tcp://127.0.0.1:*")
serve(settings, lambda line: print(line, flush=True))
"""


@contextlib.contextmanager
def service_on(folder):
    """A service with its jobs in ``folder``: process and address. It may be gone at the end."""
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(folder)],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": path},
    )
    try:
        with limited(process):
            line = process.stdout.readline()
        yield process, line.split()[1]
    finally:
        process.terminate()
        with limited(process):
            process.wait()
        process.stdout.close()


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with service_on(tmp_path_factory.mktemp("jobs")) as (process, address):
        yield address
    assert process.returncode == 0


@pytest.fixture
def client(address):
    with Client(address, timeout=PATIENCE) as client:
        client.describe()  # returns when torch is warm
        yield client


def recipe(**changes):
    small = {"size": 96, "quality": "draft", "steps": 8, "style_scale": 0.4}
    return {"target": "tile", "group": "p6"} | small | changes


def triangles_of_a_tetrahedron():
    vertices = np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]], np.float32)
    triangles = np.array([[0, 1, 2], [0, 3, 1], [0, 2, 3], [1, 3, 2]], np.int32)
    # Each face has a quarter of the texture of its own.
    corner = np.array([[0.05, 0.05], [0.45, 0.05], [0.05, 0.45]])
    shifts = np.array([[0, 0], [0.5, 0], [0, 0.5], [0.5, 0.5]])
    uvs = (corner[None] + shifts[:, None]).astype(np.float32)
    return {"vertices": vertices, "triangles": triangles, "uvs": uvs}


def end_of(client, job):
    return list(client.frames(job, max_size=32))[-1]


def test_it_describes_what_it_offers(client):
    assert client.hello()["device"] in ("cpu", "cuda:0")
    offer = client.describe()
    assert {"groups", "styles", "networks", "qualities", "defaults", "recipe_schema"} <= set(offer)
    assert any(group["name"] == "p6" and group["colourings"] for group in offer["groups"])


@pytest.mark.parametrize(
    ("target", "group", "channels"),
    [
        ("tile", "p6", 3),
        ("sphere", "532", 3),
        pytest.param("hyperbolic", "[4,6]+", 4, marks=pytest.mark.slow),
        pytest.param("spiral", "spiral3", 3, marks=pytest.mark.slow),
    ],
)
def test_a_picture_is_painted_live(client, target, group, channels):
    job = client.submit(recipe(target=target, group=group))
    frames = list(client.frames(job, max_size=32))
    assert frames[-1].state == "finished", frames[-1].error
    shown = [frame for frame in frames if frame.pixels is not None]
    steps = [frame.progress["step"] for frame in shown]
    assert shown and steps == sorted(set(steps))
    assert all(max(frame.pixels.shape[:2]) <= 32 for frame in shown)
    texture, receipt = client.result(job)
    assert texture.dtype == np.uint8 and texture.shape[1:] == (96, channels) and texture.std() > 5
    assert receipt["recipe"]["group"] == group


def test_a_mesh_and_a_style_picture_come_over_the_wire(client):
    picture = np.random.default_rng(0).integers(0, 256, (80, 80, 3), dtype=np.uint8)
    job = client.submit(
        recipe(target="mesh", group="1", styles=[{"source": "buffer:mine"}], views=2, steps=3),
        triangles_of_a_tetrahedron() | {"mine": picture},
    )
    end = end_of(client, job)
    assert end.state == "finished", end.error


def test_the_same_recipe_gives_the_same_picture(client):
    one, two = (client.submit(recipe(steps=3)) for _ in range(2))
    assert end_of(client, one).state == end_of(client, two).state == "finished"
    np.testing.assert_array_equal(client.result(one)[0], client.result(two)[0])


@pytest.mark.parametrize(
    ("changes", "spoil", "field"),
    [
        ({"group": "p66"}, None, "group"),
        ({"group": "p4", "folds": "1/5"}, None, "folds"),
        ({"repeat": "99x99", "size": 4096}, None, "size"),
        ({"model": "klein"}, None, "recipe"),
        ({"colouring": "no such"}, None, "colouring"),
        ({"styles": [{"source": "/etc/passwd"}]}, None, "styles"),
        ({"styles": [{"source": "buffer:absent"}]}, None, "styles"),
        ({"target": "mesh", "group": "1"}, "vertices", "vertices"),
        ({"target": "mesh", "group": "1"}, "triangles", "triangles"),
        ({"target": "mesh", "group": "1"}, "uvs", "uvs"),
    ],
)
def test_bad_input_fails_the_job_with_one_clear_line(client, changes, spoil, field):
    buffers = triangles_of_a_tetrahedron() if spoil else {}
    if spoil:
        buffers[spoil] = np.full_like(buffers[spoil], 99 if spoil == "triangles" else np.nan)
    with pytest.raises(InputError) as caught:
        job = client.submit(recipe(**changes), buffers)
        end_of(client, job)
        client.result(job)
    assert caught.value.code != "internal"
    assert field in caught.value.field
    assert "\n" not in str(caught.value) and "Traceback" not in str(caught.value)


def test_it_is_finished_or_cancelled_within_a_second(client):
    for end, state in ((client.finish, "finished"), (client.cancel, "cancelled")):
        job = client.submit(recipe(size=256, steps=2000))
        seen = client.frame(job, after=10, max_size=32).progress
        asked = time.monotonic()
        end(job)
        assert client.frame(job, after=10**6, max_size=32).state == state
        # A second has room for 30 steps, also on a machine that takes much longer for both.
        assert time.monotonic() - asked < max(1, 30 * seen["seconds"] / seen["step"])


def test_a_paused_painting_goes_on_to_the_same_bits(client):
    order = recipe(size=128, quality="standard", steps=24, views=1)
    calm, rough = client.submit(order), client.submit(order)
    assert end_of(client, calm).state == "finished"
    step = client.frame(rough, max_size=16).progress["step"]
    client.pause(rough)
    assert end_of(client, client.submit(recipe(steps=1))).state == "finished"  # the worker let go
    sheet = client.attach(rough)
    assert sheet["state"] == "paused" and step <= sheet["progress"]["step"] < 24
    client.resume(rough)
    assert end_of(client, rough).state == "finished"
    np.testing.assert_array_equal(client.result(calm)[0], client.result(rough)[0])


@pytest.mark.slow
def test_a_painting_goes_on_after_kill_9_and_sigterm_to_the_same_bits(tmp_path):
    order = recipe(size=256, quality="standard", steps=300, styles=[{"source": "buffer:noise"}])
    noise = {"noise": np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)}
    textures = []
    for name, disturbances in (("calm", ()), ("rough", ("kill", "terminate"))):
        folder, job = tmp_path / name, None
        for disturb in disturbances:
            with service_on(folder) as (process, address), Client(address, 60) as client:
                job = job or client.submit(order, noise)
                assert client.frame(job, max_size=16).state == "running"
                while not (folder / job / "checkpoint.safetensors").exists():
                    time.sleep(0.1)
                getattr(process, disturb)()
                process.wait(timeout=10)
        with service_on(folder) as (_, address), Client(address, 60) as client:
            job = job or client.submit(order, noise)
            end = end_of(client, job)
            assert end.state == "finished" and end.progress["step"] == 300
            textures.append(client.result(job)[0])
    np.testing.assert_array_equal(*textures)

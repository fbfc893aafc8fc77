"""Kill -9 of worker, service and client at random moments: nothing is lost, and nothing is left."""

import random
import subprocess
import sys
import time

import numpy as np
import pytest
from expected import texture_of
from patience import PATIENCE
from service_process import (
    environment,
    recipe,
    running,
    service_command,
    until_running,
)
from storm import storm
from stubborn_client import BUFFERS, buffers_of

from service.serving.client import Client
from service.serving.engines.painter import TORCH_PAINTER

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="signals and /proc")


def quick_recipes(count):
    """Jobs of a second or so, one in three of a mesh; what tells them apart is their steps."""
    return [
        recipe(step_ms=8, steps=60 + k, target="mesh" if k % 3 == 1 else "sphere")
        for k in range(count)
    ]


def calm(recipes):
    """{steps: texture} as the fake painter paints them."""
    sums = {"mesh": {"vertices": float(BUFFERS["vertices"].sum())}, "sphere": {}}
    return {
        given["steps"]: texture_of(
            {"recipe": given, "step": given["steps"], "steering": []}
            | {"sums": sums[given["target"]]}
        )
        for given in recipes
    }


def undisturbed(folder, recipes):
    """{steps: texture} of a service with the real painter that nothing happens to."""
    folder.mkdir()
    with (
        running(folder / "log.txt", painter=TORCH_PAINTER) as service,
        Client(service.address, timeout=PATIENCE) as client,
    ):
        jobs = {given["steps"]: client.submit(given, buffers_of(given)) for given in recipes}
        textures = {}
        for steps, job in jobs.items():
            assert list(client.frames(job, max_size=8))[-1].state == "finished"
            textures[steps] = client.result(job)[0]
        return textures


def same(textures, expected):
    assert textures.keys() == expected.keys()
    for steps, texture in textures.items():
        np.testing.assert_array_equal(texture, expected[steps], err_msg=str(steps))


@pytest.mark.slow
def test_a_storm(tmp_path):
    recipes = quick_recipes(2)
    with storm(tmp_path, recipes, seed=1) as blows:
        blows.rage(3)
        same(blows.end(), calm(recipes))


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("seed", range(3))
def test_a_long_storm(tmp_path, seed):
    recipes = quick_recipes(24)
    with storm(tmp_path, recipes, seed=seed) as blows:
        blows.rage(24)
        same(blows.end(), calm(recipes))


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_a_storm_over_the_real_painter(tmp_path):
    recipes = [
        {"target": "sphere", "group": "332", "size": 64, "steps": 150},
        {"target": "tile", "group": "p4", "size": 96, "steps": 120, "views": 2},
    ]
    with storm(tmp_path, recipes, seed=5, painter="traced_painter:traced_torch") as blows:
        blows.rage(6)
        same(blows.end(), undisturbed(tmp_path / "calm", recipes))


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_a_service_killed_while_it_starts(tmp_path):
    """Also before it listens: what is on disk is left alone, or done whole."""
    moments = random.Random(7)
    recipes = quick_recipes(3)
    command = service_command(data=tmp_path / "jobs")
    with running(tmp_path / "log.txt") as service, Client(service.address) as client:
        names = [client.submit(given, buffers_of(given)) for given in recipes]
        until_running(client, names[0])
    for _ in range(12):
        with (tmp_path / "log.txt").open("a") as log:
            service = subprocess.Popen(command, env=environment(), stdout=log, stderr=log)
        time.sleep(moments.uniform(0, 1.2))
        service.kill()
        service.wait()
    with running(tmp_path / "log.txt") as service, Client(service.address) as client:
        assert [row["job"] for row in client.jobs()] == names
        textures = {}
        for name, given in zip(names, recipes, strict=True):
            assert list(client.frames(name, max_size=8))[-1].state == "finished"
            textures[given["steps"]] = client.result(name)[0]
    same(textures, calm(recipes))

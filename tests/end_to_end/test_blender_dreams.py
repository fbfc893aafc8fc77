"""Dreams in a real Blender, from a real service: names, a channel's picture, surveys, paint."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

bpy = pytest.importorskip("bpy")

import blender_addon  # noqa: E402  (after the check that there is a Blender)
from blender_addon.jobs import pump  # noqa: E402
from blender_addon.link import lookups  # noqa: E402
from blender_addon.link.lookups import Question  # noqa: E402
from blender_addon.picture.backup import RECEIPT_KEY  # noqa: E402
from blender_addon.settings import preferences  # noqa: E402
from blender_addon.settings.dream import target_of  # noqa: E402
from recipes.demo import free_address  # noqa: E402

pytestmark = pytest.mark.slow
EXEMPLARS = Path(__file__).parents[2] / "recipes" / "exemplars"


@pytest.fixture
def sphere(empty_blender: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    blender_addon.register()
    service = preferences.ServicePreferences(free_address())
    monkeypatch.setattr(preferences, "read", lambda context: service)
    bpy.ops.mesh.primitive_ico_sphere_add(subdivisions=3)
    yield bpy.context.object
    blender_addon.unregister()


def answers(seconds: float = 200.0) -> None:
    deadline = time.monotonic() + seconds
    while lookups.pending():
        assert time.monotonic() < deadline
        pump.pump()
        time.sleep(0.02)


def test_a_picture_is_dreamt_of(sphere: Any) -> None:
    bpy.ops.orbitex.start_service()
    settings = sphere.orbitex
    for wish in (Question("network", "squeezenet"), Question("channel", "squeezenet", "fire4", 7)):
        assert pump.look_up(wish)
    answers()
    contents = lookups.contents("squeezenet")
    assert contents is not None and contents.layers["fire9"] == 512
    assert len(contents.classes) == 1000 and contents.classes[11] == "goldfinch"
    picture = lookups.picture("squeezenet", "fire4", 7)
    assert picture is not None and picture.std(axis=(0, 1)).min() > 20

    file = str(EXEMPLARS / "peacock_feathers.png")
    bpy.ops.orbitex.dreams_from_picture(filepath=file, count=3)
    found = [target_of(dream) for dream in settings.dreams]
    assert len(found) == 3 and all(t.channel < contents.layers[t.layer] for t in found)
    bpy.ops.orbitex.dreams_from_picture(filepath=file, together=True)
    settings.use_styles = False
    bpy.ops.orbitex.paint(group="432", size=64, quality="draft", views=2, steps=8)
    recipe = json.loads(settings.image[RECEIPT_KEY])["recipe"]
    wanted = [target_of(dream).spelt() for dream in settings.dreams]
    assert [dream["target"] for dream in recipe["dreams"]] == wanted and recipe["styles"] == []
    assert np.array(settings.image.pixels[:]).reshape(-1, 4)[:, :3].std() > 0.02
    with pytest.raises(RuntimeError, match=r"no class.*goldfinch"):
        bpy.ops.orbitex.paint(dream="class:goldfinsh", size=64)

"""The sliders of Finishing on a painted image: drafts, what is exact, what goes wrong."""

from __future__ import annotations

import json
from typing import Any

import bpy
import pytest
from fake_service import FakeService
from painting import pixels_of, pump_until

from blender_addon.finishing import live
from blender_addon.jobs import ties
from blender_addon.picture import live_image
from blender_addon.picture.backup import RECEIPT_KEY
from blender_addon.settings import painting


@pytest.fixture
def painted(service: FakeService, sphere: Any) -> Any:
    bpy.ops.orbitex.paint(size=64, group="1")
    return sphere


def shown(obj: Any) -> int:
    """The grey that the image shows."""
    return int(pixels_of(obj.orbitex.image)[0, 0, 0])


def move(obj: Any, contrast: float) -> None:
    """What a slider does in the interface."""
    obj.orbitex.finish_contrast = contrast
    live.ask(bpy.context, obj, draft=True)


def test_a_slider_shows_a_draft_and_the_newest_counts(service: FakeService, painted: Any) -> None:
    image = painted.orbitex.image
    before = image[RECEIPT_KEY]
    for contrast in (0.5, 0.75, 1.5):
        move(painted, contrast)
    pump_until(lambda: not live.is_pending(painted), live.collect)
    assert shown(painted) == 150 and live.is_draft(painted)
    assert image[RECEIPT_KEY] == before and live_image.is_packed(image)
    asked = [header["finishing"]["contrast"] for header in service.finished]
    assert asked[-1] == 1.5 and len(asked) <= 3
    assert bpy.ops.orbitex.finish_image() == {"FINISHED"}
    assert not live.is_draft(painted) and not service.finished[-1]["draft"]
    assert json.loads(image[RECEIPT_KEY])["recipe"]["finishing"]["contrast"] == 1.5
    assert bpy.ops.orbitex.reset_finishing() == {"FINISHED"}
    assert shown(painted) == 100 and painted.orbitex.finish_contrast == 1


def test_every_step_is_sent(service: FakeService, painted: Any) -> None:
    for palette, sent in (("4", "4"), ("", None)):  # nothing takes back what was painted with
        painted.orbitex.finish_palette = palette
        bpy.ops.orbitex.finish_image()
        steps = service.finished[-1]["finishing"]
        assert steps.keys() == {row.field.partition(".")[2] for row in painting.FINISH}
        assert steps["palette"] == sent


def test_a_picture_whose_colours_it_takes_goes_along(
    service: FakeService, painted: Any, picture_file: str
) -> None:
    painted.orbitex.finish_match = picture_file
    bpy.ops.orbitex.finish_image()
    assert service.finished[-1]["finishing"]["match"] == "buffer:finishing_match"
    assert (service.matched[-1]["finishing_match"] == (10, 200, 30)).all()
    bpy.ops.orbitex.paint(size=64, group="1")
    header, buffers = service.requests[-1]
    assert header["recipe"]["finishing"]["match"] == "buffer:finishing_match"
    assert (buffers["finishing_match"] == (10, 200, 30)).all()
    painted.orbitex.finish_match = "night_strokes"
    bpy.ops.orbitex.finish_image()
    assert service.finished[-1]["finishing"]["match"] == "night_strokes"
    assert not service.matched[-1]
    painted.orbitex.finish_match = "//nowhere.png"
    with pytest.raises(RuntimeError, match="no style picture"):
        bpy.ops.orbitex.finish_image()


def test_the_interface_asks_by_itself(
    painted: Any, sphere: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(painting, "on_finish", [asked.append])
    painted.orbitex.finish_contrast = 2
    painted.orbitex.bump = 0.5
    assert asked == [painted]


def test_what_the_service_has_forgotten_is_said(service: FakeService, painted: Any) -> None:
    before = pixels_of(painted.orbitex.image)
    service.jobs.clear()
    with pytest.raises(RuntimeError, match=r"There is no job.*paint again"):
        bpy.ops.orbitex.finish_image()
    problem = live.problem(painted)
    assert problem is not None and problem.code == "unknown-job"
    assert (pixels_of(painted.orbitex.image) == before).all()


def test_a_service_that_is_gone_is_said(service: FakeService, painted: Any) -> None:
    service.__exit__(None, None, None)
    with pytest.raises(RuntimeError, match="No service at"):
        bpy.ops.orbitex.finish_image()


def test_only_a_finished_painting_can_be_finished(painted: Any) -> None:
    del painted.orbitex.image[ties.PAINTER_KEY]
    assert not bpy.ops.orbitex.finish_image.poll()
    assert "finished" in live.reason_not(painted)

"""Dreams: the list, what is sent of it, and what the service says of networks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import bpy
import numpy as np
import pytest
from fake_layout import drawn
from fake_service import FakeService
from painting import pump_until
from scenes import image, noise

from blender_addon import panels
from blender_addon.jobs import jobs, pump, recall
from blender_addon.link import lookups
from blender_addon.link.lookups import Question
from blender_addon.offer import catalogue, dreams
from blender_addon.offer.dreams import Contents, Target
from blender_addon.operators import job as job_operators
from blender_addon.operators import paint
from blender_addon.panels.preflight import first_problem
from blender_addon.picture import icons
from blender_addon.problems import ProblemError
from blender_addon.scene import submission
from blender_addon.settings import preferences
from blender_addon.settings.dream import DREAMS, target_of
from blender_addon.settings.table import choices_of

NETWORK = Contents({"fire8": 512, "fire9": 512}, ("goldfinch", "house finch", "daisy"))


def add(obj: Any, *targets: str) -> None:
    DREAMS.put(obj.orbitex, [(target, 1.0) for target in targets])


def sent(**given: Any) -> dict[str, Any]:
    with FakeService(steps=1) as service:
        bpy.ops.orbitex.paint(address=service.address, autostart=False, size=64, **given)
    recipe = service.requests[0][0]["recipe"]
    pytest.importorskip("service.recipe.parsing").parse_recipe(recipe)
    return recipe


def code(function: Any, *arguments: Any) -> str:
    with pytest.raises(ProblemError) as caught:
        function(*arguments)
    return caught.value.problem.code


@pytest.mark.parametrize(
    "text", ["class:goldfinch", "class:11", "fire9", "fire9:100", "fire9:0.8*12+40-0.3*7"]
)
def test_targets_are_spelt_as_they_are_read(sphere: Any, text: str) -> None:
    assert dreams.read_target(text).spelt() == text
    bpy.ops.orbitex.dream_add(target=text)
    assert target_of(sphere.orbitex.dreams[0]).spelt() == text


def test_what_the_network_has() -> None:
    def check(text: str) -> None:
        dreams.check_target(dreams.read_target(text), "auto", NETWORK)

    for text in ("class:goldfinch", "class:House_Finch", "class:2", "fire8", "fire9:511"):
        check(text)
    for text, expected in {
        "class:finsh": "unknown-class",
        "class:3": "unknown-class",
        "class:": "unknown-class",
        "fire1": "unknown-layer",
        "fire9:512": "unknown-channel",
    }.items():
        assert code(check, text) == expected, text
    assert dreams.nearest_classes("finch", NETWORK) == ["goldfinch", "house finch"]
    odd = [("fire9", 3, -1.0), ("a:b", 1, 9.0), ("\n", 1, 9.0), ("x", 2, 1e300), ("y", 4, 1.0)]
    rows = [{"layer": layer, "channel": k, "strength": s} for layer, k, s in odd]
    assert dreams.strongest(rows, 3) == [("x:2", 1.0), ("y:4", 0.01)]
    assert dreams.strongest([], 3) == []
    assert dreams.nearest_classes("dasy", NETWORK) == ["daisy"]
    headless = Contents({"conv": 8}, ())
    assert code(dreams.check_target, Target(dreams.CLASS, "cat"), "vgg", headless) == "no-head"
    assert code(dreams.read_target, "fire9:x") == "bad-dream"


def test_dreams_alone_and_in_a_style(sphere: Any) -> None:
    settings = sphere.orbitex
    assert "dreams" not in sent()
    add(sphere, "class:goldfinch", "fire9:7")
    settings.dreams[1].weight, settings.dream_weight = -0.5, 2.0
    recipe = sent()
    assert recipe["dreams"] == [
        {"target": "class:goldfinch", "weight": 1.0},
        {"target": "fire9:7", "weight": -0.5},
    ]
    assert recipe["styles"] == [{"source": "stained_glass", "weight": 1.0}]
    assert recipe["objective"]["dream"] == 2.0 and recipe["objective"]["smoothness"] == 0.1
    settings.use_styles = False
    assert settings.smoothness == 10.0 and settings.learning_rate == pytest.approx(0.1)
    recipe = sent()
    assert recipe["styles"] == [] and recipe["objective"]["smoothness"] == 10.0
    settings.smoothness, settings.use_styles = 5.0, True  # what was chosen stays
    assert settings.smoothness == 5.0 and settings.learning_rate == pytest.approx(0.3)


def test_a_script_writes_them_as_one_text(sphere: Any) -> None:
    recipe = sent(dream="class:daisy=2; fire9")
    assert recipe["dreams"] == [
        {"target": "class:daisy", "weight": 2.0},
        {"target": "fire9", "weight": 1.0},
    ]
    assert recipe["styles"] == [] and recipe["learning_rate"] == 0.1
    assert recipe["objective"]["smoothness"] == 10.0
    recipe = sent(dream="fire9", style="marbled_paper", smoothness=3)
    assert len(recipe["styles"]) == 1 and recipe["objective"]["smoothness"] == 3.0
    assert sent(dream="fire9", use_styles=True)["styles"]
    assert sphere.orbitex.smoothness == pytest.approx(0.1)  # the settings are as they were
    with pytest.raises(RuntimeError, match="is not a number"):
        sent(dream="fire9=x")
    with pytest.raises(RuntimeError, match="more than 16"):
        sent(dream="fire9;" * 17)
    with pytest.raises(RuntimeError, match="neither a dream nor a style"):
        sent(use_styles=False)


def test_the_lists_operators(sphere: Any) -> None:
    settings = sphere.orbitex
    assert not bpy.ops.orbitex.dream_remove.poll()
    for target in ("class:daisy", "fire9", "fire9:3"):
        bpy.ops.orbitex.dream_add(target=target)
    assert settings.dream_index == 2
    bpy.ops.orbitex.dream_class(name="goldfinch")
    assert [target_of(dream).spelt() for dream in settings.dreams] == [
        *("class:daisy", "fire9", "class:goldfinch")
    ]
    bpy.ops.orbitex.dream_remove()
    assert len(settings.dreams) == 2 and settings.dream_index == 1
    with pytest.raises(RuntimeError, match="is not a dream"):
        bpy.ops.orbitex.dream_add(target="fire9:x")
    assert len(settings.dreams) == 2
    while len(settings.dreams) < dreams.MAX_DREAMS:
        bpy.ops.orbitex.dream_add()
    assert not bpy.ops.orbitex.dream_add.poll()


def test_weights_change_while_it_paints_and_targets_are_refused(sphere: Any) -> None:
    add(sphere, "class:daisy", "fire9")
    settings = sphere.orbitex
    settings.use_styles = False
    with FakeService(steps=1000) as service:
        running = paint.begin_paint(bpy.context, sphere, {"size": 64}, service.address, False)
        pump_until(lambda: running.frames)
        assert submission.changes(running.report.recipe or {}, choices_of(settings)) == {}
        settings.dreams[1].weight, settings.dream_weight = -2.0, 3.0
        job_operators.adjust(running, choices_of(settings))
        pump_until(lambda: service.adjusted)
        assert service.adjusted == [{"objective.dream": 3.0, "dreams.1.weight": -2.0}]
        settings.dreams[0].class_name = "goldfinch"
        new = submission.changes(running.report.recipe or {}, choices_of(settings))
        assert new["dreams.0.target"] == "class:goldfinch"  # the service says that it stays
        jobs.end(running, "")


def test_an_image_brings_them_back(sphere: Any, tmp_path: Path) -> None:
    settings = sphere.orbitex
    add(sphere, "class:daisy", "fire9:3")
    settings.use_styles, settings.dreams[1].weight = False, -0.25
    settings.learning_rate = 0.07
    sent()
    settings.dreams.clear()
    settings.use_styles = True
    bpy.ops.orbitex.recall()
    assert [(target_of(d).spelt(), d.weight) for d in settings.dreams] == [
        ("class:daisy", 1.0),
        ("fire9:3", -0.25),
    ]
    assert not settings.use_styles and settings.smoothness == 10.0
    assert settings.learning_rate == pytest.approx(0.07)
    path = str(tmp_path / "dreams.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.open_mainfile(filepath=path)
    settings = bpy.context.active_object.orbitex
    assert [target_of(d).spelt() for d in settings.dreams] == ["class:daisy", "fire9:3"]
    # An image of an older release says nothing of dreams; another one what makes no sense.
    kept = json.loads(settings.image[recall.CHOICES_KEY])
    settings.image[recall.CHOICES_KEY] = json.dumps(kept | {"dreams": [["fire9:x", 1.0]]})
    assert recall.recall_settings(bpy.context.active_object) == ["dreams"]
    for name in ("dreams", "use_styles"):
        del kept[name]
    settings.image[recall.CHOICES_KEY] = json.dumps(kept)
    assert recall.recall_settings(bpy.context.active_object) == []
    assert not settings.dreams and settings.use_styles


# --- what the service says ---


@pytest.fixture
def asked(sphere: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A service that the add-on has found."""
    with FakeService() as service:
        known = preferences.ServicePreferences(service.address, autostart=False)
        monkeypatch.setattr(preferences, "read", lambda context: known)
        catalogue.remember(catalogue.Catalogue(service="fake"))
        yield service


def shown() -> list[str]:
    return drawn(panels.CLASSES)


def test_names_and_pictures_come_while_the_panel_is_drawn(sphere: Any, asked: FakeService) -> None:
    add(sphere, "fire9:7")
    assert "layer_menu" in shown() and asked.kinds == []
    pump_until(lambda: lookups.contents("auto"))
    assert lookups.contents("auto") == NETWORK
    assert [c[0] for c in catalogue.menu((), "fire9")] == ["fire9"]
    assert "Loading the picture…" in shown()
    pump_until(lambda: lookups.picture("auto", "fire9", 7) is not None)
    assert lookups.picture("auto", "fire9", 7).shape == (64, 64, 3)
    pump_until(lambda: not lookups.pending())
    for _ in range(3):
        shown()
        pump.pump()
    assert asked.kinds.count("network") == asked.kinds.count("channel") == 1


def test_the_picture_is_drawn_where_there_are_icons(
    sphere: Any, asked: FakeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(sphere, "fire9:7")
    shown()
    pump_until(lambda: lookups.contents("auto"))
    monkeypatch.setattr(icons, "of_channel", lambda *about: 7)
    assert "picture" in shown()


def test_a_class_that_is_none(sphere: Any, asked: FakeService) -> None:
    add(sphere, "class:finch", "fire7:3")
    assert first_problem(bpy.context, sphere) is None  # nobody knows yet
    pump_until(lambda: lookups.contents("auto"))
    problem = first_problem(bpy.context, sphere)
    assert problem.code == "unknown-class" and problem.fix_label == "Use 'goldfinch'"
    assert shown().count("orbitex.dream_class") == 2  # goldfinch, house finch
    bpy.ops.orbitex.use_nearest_classes()
    assert sphere.orbitex.dreams[0].class_name == "goldfinch"
    problem = first_problem(bpy.context, sphere)
    assert (problem.code, problem.fix) == ("unknown-layer", "orbitex.remove_unknown_dreams")
    bpy.ops.orbitex.remove_unknown_dreams()
    assert first_problem(bpy.context, sphere) is None and len(sphere.orbitex.dreams) == 1
    sphere.orbitex.dreams.clear()
    sphere.orbitex.use_styles = False
    assert first_problem(bpy.context, sphere).fix == "orbitex.use_styles"
    bpy.ops.orbitex.use_styles()
    assert first_problem(bpy.context, sphere) is None and sphere.orbitex.use_styles


def test_what_is_refused_is_not_asked_again_until_there_is_a_service_anew(
    sphere: Any, asked: FakeService
) -> None:
    sphere.orbitex.network = "nowhere"
    add(sphere, "fire9")
    for _ in range(3):
        shown()
        pump_until(lambda: not lookups.pending())
    assert asked.kinds.count("network") == 1
    assert "Network: There is no such network." in shown()
    lookups.retry()
    shown()
    pump_until(lambda: not lookups.pending())
    assert asked.kinds.count("network") == 2


def test_nobody_is_asked_while_no_service_is_known(sphere: Any) -> None:
    add(sphere, "fire9:7")
    shown()
    assert not lookups.pending()


def test_a_service_that_has_gone_leaves_the_panel_as_it_is(sphere: Any, asked: FakeService) -> None:
    asked.__exit__()
    add(sphere, "fire9:7")
    shown()
    pump_until(lambda: not lookups.pending())
    assert lookups.contents("auto") is None and "layer_menu" in shown()


def test_from_a_picture(sphere: Any, asked: FakeService, tmp_path: Path) -> None:
    settings = sphere.orbitex
    add(sphere, "class:daisy")
    pixels = noise(64, 1200)
    pixels[..., 3] = 255
    made = image(pixels, "Cat")
    assert "ORBITEX_MT_dream_pictures" in shown()
    assert bpy.ops.orbitex.dreams_from_picture(image="Cat", count=2) == {"FINISHED"}
    assert [(target_of(d).spelt(), round(d.weight, 3)) for d in settings.dreams] == [
        ("fire9:3", 1.0),
        ("fire8:5", 0.5),
    ]
    assert asked.pictures[0].shape == (21, 400, 3)
    assert abs(asked.pictures[0].mean() - pixels[..., :3].mean()) < 1
    bpy.ops.orbitex.dreams_from_picture(image="Cat", together=True)
    assert [target_of(d).spelt() for d in settings.dreams] == ["fire9:1*3+0.5*4"]
    assert "mix" in shown()
    made.filepath_raw, made.file_format = str(tmp_path / "cat.png"), "PNG"
    made.save()
    settings.dreams.clear()
    bpy.ops.orbitex.dreams_from_picture(filepath=str(tmp_path / "cat.png"))
    assert len(settings.dreams) == 3
    np.testing.assert_array_equal(asked.pictures[0], asked.pictures[-1])


def test_a_picture_that_no_channel_describes(sphere: Any, asked: FakeService) -> None:
    add(sphere, "class:daisy")
    image(np.full((32, 32, 4), 255, np.uint8), "White")
    with pytest.raises(RuntimeError, match="no channel describes it"):
        bpy.ops.orbitex.dreams_from_picture(image="White")
    assert len(sphere.orbitex.dreams) == 1  # they stay
    assert "no channel describes it" in " ".join(shown())
    image(np.full((32, 8, 4), 255, np.uint8), "Thin")
    for name, reason in (("Thin", "under 16 pixels"), ("Nothing", "has no pixels")):
        with pytest.raises(RuntimeError, match=reason):
            bpy.ops.orbitex.dreams_from_picture(image=name)


def test_a_survey_for_an_object_that_has_gone(sphere: Any, asked: FakeService) -> None:
    pixels = np.ascontiguousarray(noise(32, 32)[..., :3])
    lookups.begin_survey(asked.address, "", "auto", pixels, ("nobody",), 2)
    assert lookups.surveys() and "Analyzing the picture…" in shown()
    pump_until(lambda: not lookups.pending())
    assert len(sphere.orbitex.dreams) == 0 and lookups.problem() is None


def test_the_names_are_offered_in_the_field(sphere: Any, asked: FakeService) -> None:
    from blender_addon.settings.dream import class_names

    add(sphere, "class:daisy")
    dream = sphere.orbitex.dreams[0]
    assert class_names(dream, bpy.context, "fin") == []
    lookups.ask(Question("network", "auto"))
    pump_until(lambda: not lookups.pending())
    assert class_names(dream, bpy.context, "fin") == list(NETWORK.classes)

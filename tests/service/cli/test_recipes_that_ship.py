"""The catalogue: what ships is sound and described, is found by name, and can be edited first."""

from __future__ import annotations

import json
import re
import sys

import pytest
from PIL import Image

from geometry.catalogue import groups
from geometry.errors import InputError
from recipes.make_catalogue import MOST_BYTES, PAGE, page
from recipes.make_meshes import SMALL, vase
from service.cli import main
from service.cli.catalogue import Entry, catalogue, recipe_files
from service.cli.offer.recipes import write_page
from service.cli.serving.batch import Tally
from service.cli.serving.batch import recipe_files as batch_files
from service.recipe.about import About, DescribedRecipe
from service.recipe.parsing import parse_about, parse_recipe
from service.scene import read_scene
from service.spaces.plane import PlaneScene

ENTRIES = {entry.name: entry for entry in catalogue()}
# The recipes of the article's code.
ARTICLE = """SimpleSquare UpsideDown SimpleTriangle RainbowTriangle HexTiledTriangle
TrianglarRainbow
SimilarHexagon SimilarityGrid Hyperbolic46 Hyperbolic46Compliment Hyperbolic320
Hyperbolic38Similar Hyperbolic68Similar SphericalTexture TetrahedronTexture OctohedronTexture
IcosohedronTexture Tunnel Whirlpool RetiledView NeuronTiledRotor NeuronDeconstructionRotors
ZoomingRotor"""
TILE = {"target": "tile", "group": "p2"}


@pytest.fixture
def asked(monkeypatch):
    """The recipes that would be painted, and where."""
    found = []
    monkeypatch.setattr(
        "service.cli.painting.painting.paint_to", lambda r, place, *_: found.append((r, place))
    )
    return found


@pytest.mark.parametrize("name", ENTRIES)
def test_every_recipe_is_described_and_shown(name):
    entry = ENTRIES[name]
    assert parse_about(json.loads(entry.file.read_text("utf-8"))) == entry.about
    assert entry.about.text and entry.about.source
    assert entry.seconds is not None and entry.seconds > 0
    assert entry.picture is not None and entry.picture.stat().st_size <= MOST_BYTES
    with Image.open(entry.picture) as picture:
        assert 256 <= picture.width <= 320 and picture.format == "JPEG"


def test_there_are_no_other_pictures():
    folder = next(iter(ENTRIES.values())).file.parent / "pictures"
    assert {file.stem for file in folder.glob("*.jpg")} == set(ENTRIES)


def test_the_page_is_current():
    assert PAGE.read_text(encoding="utf-8") == page(), "python -m recipes.make_catalogue --page"


@pytest.mark.parametrize("code", ARTICLE.split())
def test_every_recipe_of_the_article_is_there(code):
    assert any(re.search(rf"\b{code}\b", entry.about.source) for entry in ENTRIES.values())


def test_there_is_one_of_every_wallpaper_group_with_a_colour_rule():
    recipes = [e.recipe for name, e in ENTRIES.items() if name.startswith("wallpaper_")]
    coloured = {r.group for r in recipes if read_scene(r).colouring.colours > 1}
    assert coloured == {group.name for group in groups("plane")}


def test_the_desktop_background_fills_a_screen():
    entry = ENTRIES["desktop_4k"]
    scene = read_scene(entry.recipe)
    assert isinstance(scene, PlaneScene) and scene.repeat == (2, 2)
    assert scene.design(entry.recipe.size).shape == (1080, 1920)


def test_the_mesh_is_that_of_make_meshes():
    file = ENTRIES["restyled_vase"].file.parent / "meshes" / "small_vase.obj"
    assert file.read_text() == vase(*SMALL)


# --- what a file says of itself ---


def test_words_about_a_recipe_decide_nothing():
    about = {"title": "A", "text": "B"}
    described = parse_recipe(TILE | {"about": about})
    assert described == parse_recipe(TILE) and type(described) is type(parse_recipe(TILE))
    assert described.model_fields_set == set(TILE)
    assert parse_about(TILE | {"about": about}) == About(**about)
    assert parse_about(TILE) is None


def test_the_published_schema_knows_them():
    from service.describe import describe

    schema = describe()["recipe_schema"]
    assert schema == DescribedRecipe.model_json_schema()
    for file in recipe_files().values():
        assert json.loads(file.read_text("utf-8")).keys() <= schema["properties"].keys()


@pytest.mark.parametrize(
    "about, field",
    [
        ({"text": ""}, "about.title"),
        ({"title": "", "text": ""}, "about.title"),
        ({"title": "A", "text": 3}, "about.text"),
        ("A", "about"),
        ({"title": "A", "text": "", "texts": ""}, "recipe"),
    ],
)
def test_wrong_words_are_refused(about, field):
    with pytest.raises(InputError) as refused:
        parse_recipe(TILE | {"about": about})
    assert refused.value.field == field


# --- by name ---


def test_a_name_is_found_from_anywhere(asked, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["run", "restyled_vase", "--set", "seed=3"]) == 0
    recipe, place = asked[0]
    assert recipe == ENTRIES["restyled_vase"].recipe.model_copy(update={"seed": 3})
    assert place.parts[:2] == ("runs", "restyled_vase") and place.name == "restyled_vase.png"


def test_a_file_comes_before_a_name(asked, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tunnel").write_text(json.dumps(TILE))
    assert main(["run", "tunnel"]) == 0
    assert asked[0][0].group == "p2"


def test_an_unknown_name_is_told_the_nearest(capsys):
    assert main(["run", "rainbow_hexagons"]) == 2
    assert "rainbow_hexagon" in capsys.readouterr().err


def test_the_list_has_them_all(capsys):
    assert main(["recipes", "--json"]) == 0
    assert [row["name"] for row in json.loads(capsys.readouterr().out)] == list(ENTRIES)
    assert main(["recipes"]) == 0
    out = capsys.readouterr().out
    assert all(name in out for name in ENTRIES)


def test_the_page_is_one_file_and_escapes_what_it_shows(tmp_path):
    hostile = Entry(
        "x",
        tmp_path,
        About(title="<script>", text='"><img src=x>', source="{0}"),
        parse_recipe(TILE),
        None,
        3.0,
    )
    file = tmp_path / "recipes.html"
    write_page([*ENTRIES.values(), hostile], file)
    text = file.read_text(encoding="utf-8")
    assert "<script" not in text and "<img src=x>" not in text
    assert text.count("<img ") == text.count(" alt=") == len(ENTRIES)
    loading = re.findall(r"<[^>]*\b(?:src|href)=[^>]*>", text)
    assert len(loading) == len(ENTRIES) and all('src="data:image/' in tag for tag in loading)
    for name in ENTRIES:
        assert f"service run {name}<" in text


def test_the_page_must_be_html(capsys, tmp_path):
    assert main(["recipes", "--page", str(tmp_path / "a.png")]) == 2
    assert ".html" in capsys.readouterr().err
    assert main(["recipes", "--open"]) == 2


# --- in an editor ---

EDITOR = """import pathlib, sys
waiting = sorted(pathlib.Path({folder!r}).glob("*.save"))
file = pathlib.Path(sys.argv[1])
with open({log!r}, "a", encoding="utf-8") as log:
    log.write(file.read_text(encoding="utf-8") + "\\0")
if waiting:
    file.write_text(waiting[0].read_text(encoding="utf-8"), encoding="utf-8")
    waiting[0].unlink()
"""


@pytest.fixture
def editor(tmp_path, monkeypatch):
    """An editor that saves the given texts, one each time it is opened, and closes without saving
    when there are no more; returns how to say them, and what it was opened with."""
    program, log = tmp_path / "editor.py", tmp_path / "opened"
    program.write_text(EDITOR.format(folder=str(tmp_path), log=str(log)))
    monkeypatch.setenv("VISUAL", f'"{sys.executable}" "{program}"')
    monkeypatch.chdir(tmp_path)

    def saves(*texts):
        for number, text in enumerate(texts):
            (tmp_path / f"{number}.save").write_text(text, encoding="utf-8")

    def opened():
        return log.read_text(encoding="utf-8").split("\0")[:-1]

    return saves, opened


def answer(monkeypatch, *answers):
    left = list(answers)
    monkeypatch.setattr("typer.confirm", lambda *_, **__: left.pop(0))


def test_an_edited_recipe_is_painted_and_kept(editor, asked, tmp_path):
    saves, opened = editor
    file = recipe_files()["tunnel"]
    text = file.read_text(encoding="utf-8")
    edited = text.replace('"seed": 1', '"seed": 9')
    saves(edited)
    assert main(["run", "tunnel", "--edit", "-o", "out"]) == 0
    assert opened() == [text]
    assert asked[0][0] == ENTRIES["tunnel"].recipe.model_copy(update={"seed": 9})
    assert (tmp_path / "out" / "tunnel.edited.json").read_text(encoding="utf-8") == edited


def test_files_are_still_looked_for_beside_the_recipe(editor, asked):
    saves, _ = editor
    saves(recipe_files()["restyled_vase"].read_text(encoding="utf-8") + "\n")
    assert main(["run", "restyled_vase", "--edit"]) == 0
    assert asked[0][0] == ENTRIES["restyled_vase"].recipe


def test_changes_are_in_what_is_edited(editor, asked):
    saves, opened = editor
    saves(json.dumps(TILE))
    assert main(["run", "tunnel", "--set", "seed=5", "--edit"]) == 0
    assert json.loads(opened()[0])["seed"] == 5


@pytest.mark.parametrize(
    "wrong, said",
    [
        ('{"target": ', "line 1"),
        (json.dumps(TILE | {"sise": 64}), "size"),
        (json.dumps(TILE | {"size": 63}), "size"),
        (json.dumps(TILE | {"group": "p5"}), "group"),
        (json.dumps(TILE | {"styles": [{"source": "absent.png"}]}), "absent.png"),
    ],
)
def test_what_is_wrong_is_told_and_edited_again(editor, asked, capsys, monkeypatch, wrong, said):
    saves, opened = editor
    saves(wrong, json.dumps(TILE))
    answer(monkeypatch, True)
    assert main(["run", "tunnel", "--edit"]) == 0
    assert said in capsys.readouterr().err
    assert opened()[1] == wrong  # nothing is lost
    assert asked[0][0] == parse_recipe(TILE)


def test_who_gives_up_keeps_the_text(editor, asked, capsys, monkeypatch, tmp_path):
    saves, _ = editor
    saves("{")
    answer(monkeypatch, False)
    assert main(["run", "tunnel", "--edit", "-o", "out"]) == 2
    assert "tunnel.edited.json" in capsys.readouterr().err.splitlines()[-1]
    assert (tmp_path / "out" / "tunnel.edited.json").read_text() == "{"
    assert not asked


def test_closed_without_saving_nothing_is_painted(editor, asked, capsys, tmp_path):
    assert main(["run", "tunnel", "--edit"]) == 2
    assert "without saving" in capsys.readouterr().err
    assert not asked and not (tmp_path / "runs").exists()


@pytest.mark.parametrize("named", ["no-such-editor", "'", sys.executable + " -c 1/0"])
def test_without_an_editor_it_is_told_how_to_name_one(editor, asked, capsys, monkeypatch, named):
    monkeypatch.setenv("VISUAL", named)
    assert main(["run", "tunnel", "--edit"]) == 2
    assert "VISUAL=nano" in capsys.readouterr().err.splitlines()[-1] and not asked


def test_a_broken_file_is_offered_as_it_is(editor, asked, tmp_path):
    saves, opened = editor
    (tmp_path / "mine.json").write_text('{"target": tile}')
    saves(json.dumps(TILE))
    assert main(["run", "mine.json", "--edit"]) == 0
    assert opened() == ['{"target": tile}']
    assert main(["run", "absent.json", "--edit"]) == 2


# --- painted ---


@pytest.mark.slow
def test_a_recipe_that_reads_files_paints_from_anywhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    toy = [w for key in ("size=64", "steps=1", "views=1") for w in ("--set", key)]
    assert main(["run", "restyled_vase", *toy, "-o", "vases"]) == 0
    assert (tmp_path / "vases" / "restyled_vase.glb").exists()


def test_a_batch_takes_a_quality_for_all(monkeypatch):
    asked = []

    def paint_batch(given, changes, *_):
        asked.append((given, changes))
        return Tally()

    monkeypatch.setattr("service.cli.serving.batch.paint_batch", paint_batch)
    assert main(["batch", "recipes", "-q", "draft", "--set", "seed=2"]) == 0
    assert asked == [(["recipes"], ["seed=2", "quality=draft"])]


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_all_are_painted_by_a_batch(tmp_path):
    folder = next(iter(ENTRIES.values())).file.parent
    assert [file.stem for file in batch_files([str(folder)])] == sorted(ENTRIES)
    toy = ["--set", "size=96", "--set", "steps=4", "--set", "views=2"]
    assert main(["batch", str(folder), "-q", "draft", *toy, "-o", str(tmp_path)]) == 0
    assert {f.stem for f in tmp_path.glob("*.json")} == set(ENTRIES)

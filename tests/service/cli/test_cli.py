"""The command line from outside: exit codes, one clear line for bad input, and what is written."""

import base64
import contextlib
import io
import json
import os
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
from patience import limited
from PIL import Image
from rich.console import Console

from geometry.catalogue import colourings, find_group, groups
from geometry.errors import InputError
from geometry.symmetry.colour import B3, act
from geometry.symmetry.swatches import SIDE
from service.cli import main
from service.cli.offer.colour_words import in_words, in_words_of, poles
from service.cli.offer.listings import style_frame
from service.cli.pages import commands
from service.cli.progress import shown_progress
from service.cli.recipe_data import read_style
from service.cli.recipe_file import read_recipe
from service.cli.stopping import finish_on_interrupt
from service.describe import defaults, describe
from service.painting.progress import Progress
from service.recipe.about import DescribedRecipe
from service.recipe.parsing import parse_recipe
from service.recipe.parts import Objective
from service.reporting.delivery import destination
from service.reporting.overwriting import FilesRead
from service.reporting.receipt import SCHEMA
from service.whole_files import write_atomically

ROOT = Path(__file__).parents[3]
NOTHING = FilesRead(())
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
SQUARE = "v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\nvt 0 0\nvt 1 0\nvt 1 1\nvt 0 1\nf 1/1 2/2 3/3 4/4\n"
TILE = ("tile", "--group", "p6", "--size", "64", "--steps", "2")


def service(*words, cwd):
    command = [sys.executable, "-m", "service", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=ENVIRONMENT)


@pytest.mark.parametrize(
    ("words", "field", "fix"),
    [
        (("tile", "--group", "p66"), "group", "p6"),
        (("tile", "--group", "532"), "group", "p4"),
        (("tile",), "--group", "--help"),
        ((*TILE, "--colouring", "9z"), "colouring", ""),
        (("tile", "-g", "p4", "-c", "r=gbr"), "colouring", "r^4"),
        ((*TILE, "--repeat", "2x2", "--cut", "cell"), "repeat", "--cut"),
        ((*TILE, "--style", "absent.png"), "style", "stained_glass"),
        ((*TILE, "--style", "broken.png"), "style", "PNG"),
        ((*TILE, "--style", "-1:stained_glass"), "weight", "greater than 0"),
        ((*TILE, "--size", "63"), "size", "64"),
        ((*TILE, "--size", "big"), "--size", "whole number"),
        (("tile", "-g", "p4", "--set", "steps=12"), "--set", "service run"),
        (("variants", "tile", "-g", "p4", "--steps", "12"), "--steps", "--set steps="),
        (("variants", "tile", "-g", "p4", "--detail-weight", "2"), "", "--set objective.detail="),
        (("colourings", "4", "6"), "(6)", "in quotes, as in '{4,6}'"),
        (("tile", "-g", "p4", "--torus-map", "42,1", "42,1"), "(42,1)", "in quotes"),
        ((*TILE, "--quality", "best"), "quality", "'final'"),
        ((*TILE, "--weights", "absent.pth"), "weights", ""),
        ((*TILE, "-o", "picture.bmp"), "output", ".png"),
        ((*TILE, "-o", "broken.png/tile.png"), "output", "another"),
        ((*TILE, "-o", "recipe.png"), "output", "another"),
        (("run", "absent.json"), "recipe", "service recipes"),
        (("run", "absent"), "recipe", "name a file"),
        (("run", "broken.png"), "recipe", ""),
        (("run", "recipe.json", "--set", "objective.stile=2"), "recipe", "style"),
        (("run", "recipe.json", "--set", "sise=64"), "recipe", "size"),
        (("run", "recipe.json", "--set", "size"), "--set", "key=value"),
        (("run", "recipe.json", "--set", "size.x=1"), "size", "whole number"),
        (("run", "recipe.json", "--set", "styles.7.weight=1"), "--set", "styles.7"),
        (("run", "recipe.json", "--set", "target=mesh"), "mesh", "--set mesh=FILE"),
        (("mesh", "absent.obj"), "absent.obj", "name"),
        (("mesh", "broken.png"), "mesh", ".glb"),
        (("mesh", "square.obj", "-o", "picture.bmp"), "output", ".png"),
        (("mesh", "square.obj", "-o", "recipe.png"), "output", "another"),
        (("mesh", "square.obj", "-o", "model.png"), "model.glb", "another"),
        (
            ("mesh", "square.obj", "--mask", "m.png", "--base", "#c8b090", "-o", "m.png"),
            "m.png",
            "another",
        ),
        (("mesh", "square.obj", "--mask", "m.png"), "mask", "--base"),
        (("mesh", "square.obj", "--group", "p6"), "group", "plane"),
        (("mesh", "square.obj", "--axis", "W"), "axis", "0,1,1"),
        (("mesh", "square.obj", "--material", "skin"), "material", "square"),
        (("mesh", "square.obj", "--base", "#12345"), "base", "#c8b090"),
        (("mesh", "square.obj", "--base", "broken.png"), "base", "PNG"),
        (("mesh", "square.obj", "--mask", "absent.png"), "mask", "name"),
        (("mesh", "square.obj", "--start", "base"), "start", "--base"),
        (("mesh", "square.obj", "--model", "klein"), "--model", "--help"),
        (("groups", "--space", "spehre"), "space", "sphere"),
        (("colourings", "p7"), "group", "p6"),
        (("serve", "--bind", "tcp://0.0.0.0:5577", "--keys", "k"), "k allows", "127.0.0.1"),
        (("keys", "new", "../laptop", "--keys", "k"), "name", "letters"),
        (("keys", "revoke", "laptop", "--keys", "k"), "name", "none"),
        (("serve", "--idle-exit", "-1"), "idle-exit", "seconds"),
        (("serve", "--bind", "tcp://127.0.0.1:0", "--keep", "0"), "keep", "1"),
        (("serve", "--bind", "tcp://127.0.0.1:0", "--data", "/dev/null/x"), "data", "--data"),
        (("til",), "til", "tile"),
        (("tile", "-g", "p4", "--aspect", "2"), "aspect", "leave it at 1"),
        (("tile", "-g", "p6", "--angle", "90"), "angle", "p1 and p2"),
        (("tile", "-g", "p6", "--folds", "1/5"), "folds", "1/6"),
        (("tile", "-g", "p4m", "--folds", "1/4"), "folds", "p4"),
        (("tile", "-g", "p4", "--torus-map", "{3,6}2,1"), "torus_map", "{4,4}"),
        (("tile", "-g", "p4m", "--torus-map", "{4,4}2,1"), "torus_map", "b = 0"),
        (("tile", "-g", "p4m", "--chirality", "ccw"), "chirality", "Leave it out"),
        (("tile", "-g", "p4", "--model", "klein"), "--model", "--help"),
        (("tile", "-g", "p4", "--cut", "hexagon"), "cut", "'domain'"),
        (("tile", "-g", "p4", "--repeat", "0x2"), "repeat", "3x2"),
        (("tile", "-g", "p4", "--repeat", "99x99"), "size", "fewer periods"),
        (("sphere", "-g", "0x"), "group", "1 to 60"),
        (("sphere", "-g", "99.99"), "group", "1 to 60"),
        (("sphere", "-g", "[4,6]"), "hyperbolic", "*532"),
        (("sphere", "-g", "432", "--folds", "1/9"), "folds", "1/4"),
        (("sphere", "-g", "1", "--folds", "1/2"), "folds", "another group"),
        (("sphere", "-g", "432", "--projection", "klein"), "projection", "'octahedral'"),
        (("hyperbolic", "4", "4"), "q", "p4m"),
        (("hyperbolic", "5", "3"), "q", "*532"),
        (("hyperbolic", "2", "9"), "p", "3 to 60"),
        (("hyperbolic", "4", "5", "--group", "turned"), "q", "full or rotations"),
        (("hyperbolic", "4", "6", "--group", "turnd"), "group", "turned"),
        (("hyperbolic", "5", "4", "--folds", "1/5"), "folds", "--group turned"),
        (("hyperbolic", "4", "6", "--model", "cone"), "model", "'halfplane'"),
        (("spiral", "--arms", "0"), "arms", "1 to 32"),
        (("spiral", "--zoom", "99"), "zoom", "16"),
        (("spiral", "--radius", "tunnel", "--zoom", "3"), "zoom", "1.05 to 2"),
        (("spiral", "--loop", "film.mp4"), "loop", ".webp"),
        (("spiral", "--loop", "film.gif", "--frames", "1"), "frames", "2 to 500"),
        (("spiral", "--loop", "film.gif", "--fps", "0"), "fps", "1 to 50"),
        (("run", "recipe.json", "--set", "model=klein"), "model", "hyperbolic"),
        (("preview", "p66"), "group", "p6"),
        (("preview", "nothing of the kind"), "group", "p1, o, p2"),
        (("preview", "[4,4]"), "q", "p4m"),
        (("preview", "p4", "--picture", "absent.png"), "absent.png", "picture"),
        (("preview", "p4", "--picture", "broken.png"), "broken.png", "PNG"),
        (("preview", "p4", "-o", "preview.bmp"), "output", ".png"),
        (("preview", "532", "--cut", "cell"), "cut", "tile"),
    ],
)
def test_bad_input_is_one_clear_line_and_nothing_is_written(
    tmp_path, monkeypatch, capfd, words, field, fix
):
    monkeypatch.chdir(tmp_path)
    Path("broken.png").write_text("no picture")
    Path("recipe.json").write_text(
        '{"target": "tile", "group": "p1", "styles": [{"source": "mine"}]}'
    )
    Path("square.obj").write_text(SQUARE)
    Path("model.glb").write_text("glTF of somebody")
    Image.new("L", (8, 8), 255).save("m.png")
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    assert main(words) == 2
    out, line = capfd.readouterr()
    assert out == "" and line.endswith("\n") and line.count("\n") == 1
    assert line.startswith("error: ") and field in line and fix in line and len(line) < 400
    after = {path: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    assert after == before


@pytest.mark.parametrize("command", [("run",), ("enlarge", "--size", "256")])
def test_a_picture_in_place_of_its_receipt_is_answered_with_the_receipt(tmp_path, capfd, command):
    picture = tmp_path / "tile.png"
    Image.new("L", (8, 8), 255).save(picture)
    picture.with_suffix(".json").write_text("{}")
    assert main([*command, str(picture)]) == 2
    assert f"Give its receipt, {picture.with_suffix('.json')}." in capfd.readouterr().err


@pytest.mark.parametrize("content", ["text", "another network"])
def test_weights_that_do_not_fit_are_refused(tmp_path, capfd, content):
    import torch

    file = tmp_path / "w.pth"
    if content == "text":
        file.write_text(content)
    else:
        torch.save({"layer.weight": torch.ones(3)}, file)
    assert main([*TILE, "--weights", str(file), "-o", str(tmp_path / "t.png")]) == 2
    out, line = capfd.readouterr()
    assert out == "" and line.startswith("error: weights: ") and line.count("\n") == 1
    assert list(tmp_path.iterdir()) == [file]


def test_exit_codes_reach_the_shell(tmp_path):
    for words in (("tile", "--group", "p66"), (*TILE, "--foo"), (*TILE, "-o", "/dev/null/x.png")):
        done = service(*words, cwd=tmp_path)
        assert done.returncode == 2 and done.stdout == ""
        assert done.stderr.startswith("error: ") and done.stderr.count("\n") == 1
    assert service("--version", cwd=tmp_path).stdout.startswith("orbitex ")
    assert not list(tmp_path.iterdir())


def test_a_port_in_use_is_refused(tmp_path):
    import zmq

    with zmq.Context() as context, context.socket(zmq.ROUTER) as socket:
        port = socket.bind_to_random_port("tcp://127.0.0.1")
        done = service("serve", "--bind", f"tcp://127.0.0.1:{port}", cwd=tmp_path)
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.count("\n") == 1 and "bind" in done.stderr and "--bind" in done.stderr


def test_listings_come_without_torch(tmp_path):
    code = "import sys, service.cli as c; c.main(['groups', '--json']); c.main(['tile', '--help']);"
    code += "assert not {'torch', 'warp'} & set(sys.modules), 'slow imports'"
    done = subprocess.run([sys.executable, "-c", code], env=ENVIRONMENT, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()


@contextlib.contextmanager
def started(*words: str, folder: Path) -> Iterator[subprocess.Popen[str]]:
    """The command line as a process in ``folder``, its output in pipes."""
    with (
        subprocess.Popen(
            [sys.executable, "-m", "service", *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=ENVIRONMENT,
            cwd=folder,
        ) as process,
        limited(process),
    ):
        yield process


def test_serve_announces_itself_and_ends(tmp_path):
    with started("serve", "--bind", "tcp://127.0.0.1:0", folder=tmp_path) as process:
        assert process.stdout.readline().startswith("ready tcp://127.0.0.1:")
        process.terminate()
        assert process.wait() == 0
        assert "Traceback" not in process.stderr.read()


def test_ctrl_c_finishes_with_the_best_so_far(tmp_path):
    words = ["tile", "-g", "p1", "--size", "64", "--steps", "50000", "--views", "1"]
    with started(*words, folder=tmp_path) as process:
        assert process.stdout.readline().startswith("stage 1/1  step 1/50000")
        process.send_signal(signal.SIGINT)
        out, errors = process.communicate()
    assert process.returncode == 0 and "best so far" in errors
    assert "tile.png" in out and (tmp_path / "tile.png").exists()
    receipt = json.loads((tmp_path / "tile.json").read_text())
    assert 1 <= receipt["steps"] < receipt["steps_planned"] == 50000
    assert {path.name for path in tmp_path.iterdir()} == {
        *("tile.png", "tile.json", "tile.paint.safetensors")
    }


def test_a_second_ctrl_c_aborts():
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt), finish_on_interrupt() as wanted:
        assert not wanted()
        signal.raise_signal(signal.SIGINT)
        assert wanted()
        signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.parametrize("terminal", [True, False])
def test_progress_is_shown(terminal):
    text = io.StringIO()
    console = Console(file=text, force_terminal=terminal, width=120)
    with shown_progress(console, Objective(style=2)) as show:
        for step in range(1, 101):
            loss = {"style": 1.0, "colour": 0.5, "smoothness": 0.0}
            show(Progress(step // 51, 2, step, 100, loss, step / 10, 70.0, step / 5, *4 * [None]))
            if terminal and step in (1, 100):
                time.sleep(0.15)  # the bar is drawn ten times a second
    shown = text.getvalue()
    for piece in ("stage 2/2", "step 100/100", "loss 2.5", "2 Mpx·it/s", "1:10 left"):
        assert piece in shown
    if not terminal:
        assert shown.count("\n") == 3  # each stage's first step, the last step


def test_a_mesh_is_painted_into_all_its_files_and_again_from_its_receipt(
    tmp_path, capfd, monkeypatch
):
    monkeypatch.setattr("service.reporting.mesh_pictures.SIDE", 32)
    (tmp_path / "in").mkdir()
    file = tmp_path / "in" / "square.obj"
    file.write_text(SQUARE)
    out = tmp_path / "out" / "paint.png"
    words = ("--size", "64", "--steps", "1", "--views", "1", "--base", "#c8b090", "-o", out)
    assert main(["mesh", *map(str, (file, *words))]) == 0, capfd.readouterr().err
    names = {path.name for path in out.parent.iterdir()}
    views = {f"paint_view{k}.png" for k in range(1, 5)}
    own = {"paint.png", "paint.glb", "paint.json", "paint.paint.safetensors"}
    assert names - {"paint_coverage.png"} == own | views
    receipt = json.loads(out.with_suffix(".json").read_text())
    assert receipt["mesh"]["textures"] == [{"material": "square", "file": "paint.png"}]
    assert receipt["recipe"]["mesh"] == str(file) and receipt["recipe"]["base"] == "#c8b090"
    again = ("run", out.with_suffix(".json"), "-o", tmp_path / "again")
    assert main(list(map(str, again))) == 0
    assert (tmp_path / "again" / "paint.png").read_bytes() == out.read_bytes()
    assert file.read_text() == SQUARE and len(list(file.parent.iterdir())) == 1


def test_faces_without_area_in_the_uv_map_are_told(tmp_path, capfd, monkeypatch):
    """As Blender's Extrude leaves them: each would be a flat colour, and nobody would know why."""
    monkeypatch.setattr("service.reporting.mesh_pictures.SIDE", 32)
    file, out = tmp_path / "square.obj", tmp_path / "paint.png"
    file.write_text(SQUARE + "v 1 0 1\nv 1 1 1\nf 2/2 5/2 6/3 3/3\n")
    words = ("--size", "64", "--steps", "1", "--views", "4", "-o", str(out))
    assert main(["mesh", str(file), *words]) == 0
    told = capfd.readouterr().out
    assert "advice: 2 triangles, 50.0 % of the surface, have no area in the UV map" in told
    assert "--views" not in told and "coverage 50.0 %" in told
    surface = json.loads(out.with_suffix(".json").read_text())["surface"]
    assert surface["collapsed"] == pytest.approx(0.5) and surface["collapsed_triangles"] == 2


def test_detected_symmetries_are_listed_with_the_options_that_paint_them(
    tmp_path, capsys, monkeypatch
):
    deviation = SimpleNamespace(worst=0.00021)
    proposal = SimpleNamespace(group="*12.12", axis="Y", centre="centroid", deviation=deviation)
    seen = []

    def detect(mesh):
        seen.append(len(mesh.triangles))
        return [proposal][: 2 - len(seen)]

    module = ModuleType("geometry.mesh.detection")
    module.detect_symmetries = detect
    monkeypatch.setitem(sys.modules, module.__name__, module)
    file = tmp_path / "square.obj"
    file.write_text(SQUARE.replace("f 1/1 2/2 3/3 4/4", "f 1 2 3 4"))  # UVs are not needed
    assert main(["mesh", str(file), "--detect"]) == main(["mesh", str(file), "--detect"]) == 0
    out = capsys.readouterr().out
    assert seen == [2, 2] and "no symmetry" in out and "0.021 %" in out
    assert '--group "*12.12" --axis=Y --centre=centroid' in out
    assert list(tmp_path.iterdir()) == [file]


def test_styles_have_weights_in_front():
    assert read_style("a.png") == {"source": "a.png"}
    assert read_style("0.5:a.png") == {"source": "a.png", "weight": 0.5}
    assert read_style(".5:dir/2:a.png") == {"source": "dir/2:a.png", "weight": 0.5}
    assert read_style("C:\\a.png") == {"source": "C:\\a.png"}
    assert read_style("./2:a.png") == {"source": "./2:a.png"}


def test_set_reaches_every_part_of_a_recipe(tmp_path):
    file = tmp_path / "r.json"
    style = {"source": "stained_glass"}
    file.write_text(json.dumps({"target": "tile", "group": "p1", "styles": [style]}))
    changes = ["objective.style=2", "styles.0.weight=3", "group=p4", "steps=null", "colouring=2e"]
    recipe = read_recipe(file, [*changes, "styles.0.source=mine.png"])
    assert (recipe.objective.style, recipe.group, recipe.steps) == (2, "p4", None)
    assert recipe.styles[0].weight == 3 and recipe.colouring == "2e"
    assert recipe.styles[0].source == str(tmp_path / "mine.png")  # beside the recipe


@pytest.mark.parametrize("file", sorted((ROOT / "recipes").glob("*.json")), ids=lambda p: p.stem)
def test_the_recipes_that_ship_are_sound(file):
    from service.inputs.mesh import mesh_inputs
    from service.inputs.styles import load_styles
    from service.scene import make_scene

    recipe = read_recipe(file)
    make_scene(recipe, mesh_inputs(recipe).body if recipe.mesh else None)
    load_styles(recipe)


def test_a_destination_is_proved_before_painting(tmp_path):
    place = destination(tmp_path / "new" / "folder" / "p.png", NOTHING)
    assert place.receipt.name == "p.json" and not list(place.picture.parent.iterdir())
    place.receipt.write_text(json.dumps({"schema": SCHEMA}))
    destination(place.picture, NOTHING)  # an older receipt may be replaced
    place.receipt.write_text("{}")
    with pytest.raises(InputError, match="no receipt"):
        destination(place.picture, NOTHING)


def test_a_failed_write_leaves_the_old_file_alone(tmp_path, monkeypatch):
    file = tmp_path / "a.png"
    write_atomically(file, b"old")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError):
        write_atomically(file, b"new")
    assert file.read_bytes() == b"old" and list(tmp_path.iterdir()) == [file]


def test_colour_elements_in_words_are_all_different():
    assert len({in_words(element) for element in B3}) == 48
    assert in_words((1, 2, 3)) == "unchanged" and in_words((-1, -2, -3)) == "inverted"
    # (2, 3, 1): new blue = old red, so what was red becomes blue
    np.testing.assert_array_equal(act((2, 3, 1), np.array([1.0, 0, 0])), [0, 0, 1])
    assert in_words((2, 3, 1)) == "red→blue→green→red"
    assert in_words((2, 1, -3)) == "red↔green, blue inverted"


def test_colour_elements_in_a_styles_words_are_all_different():
    names = poles(style_frame("night_strokes"))
    assert len(set(names.values())) == 6 and (names[1], names[-1]) == ("beige", "navy")
    assert len({in_words_of(names, element) for element in B3}) == 48
    assert in_words_of(names, (1, 2, 3)) == "unchanged"
    assert in_words_of(names, (-1, 2, 3)) == "beige↔navy"
    plain = dict(zip((1, 2, 3, -1, -2, -3), "abcdef", strict=True))
    # (2, 3, 1): the new third place is the old first
    assert in_words_of(plain, (2, 3, 1)) == "a→c→b→a, d→f→e→d"


def test_listings_hold_the_whole_catalogue(capsys):
    assert main(["groups", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["name"] for row in rows] == [group.name for group in groups()]
    assert main(["colourings", "p6", "--json"]) == 0
    rules = json.loads(capsys.readouterr().out)
    assert [rule["name"] for rule in rules] == [r.name for r in colourings(find_group("p6"))]
    assert main(["colourings", "p4"]) == main(["groups", "--space", "sphere"]) == 0
    table = capsys.readouterr().out
    assert "a quarter turn about a corner" in table and "(1,1) (-1,1)" in table and "532" in table


def test_the_offer_is_small_and_complete():
    offer = describe()
    assert len(json.dumps(offer, allow_nan=False)) < 1 << 19  # half of the wire's limit
    rows = {row["name"]: row for row in offer["groups"]}
    assert rows.keys() == {group.name for group in groups()} | {"*"}  # and a plain mirror
    assert rows["p2"]["colourings_total"] == 472 and len(rows["p2"]["colourings"]) == 64
    assert rows["p6"]["colourings_total"] == len(rows["p6"]["colourings"]) == 12
    row = next(row for row in offer["groups"] if row["name"] == "432")
    assert row["space"] == "sphere" and row["order"] == 24 and row["title"]
    assert set(row["colourings"][1]) == {"name", "colours", "images", "summary", "note"}
    assert row["colourings"][1]["images"].keys() == {"r", "s"}
    automatic, embedded, *_ = offer["networks"]
    assert {"name": "auto", "available": True}.items() <= automatic.items()
    assert {"name": "squeezenet", "available": True}.items() <= embedded.items()
    assert len(row["figure"]["axes"]) == 13 and not row["figure"]["mirrors"]
    assert all(len(side) == 7 for side in row["figure"]["domain"]) and rows["p2"]["figure"] is None
    assert offer["looks"].keys() == set(offer["styles"])
    assert {len(base64.b64decode(look)) for look in offer["looks"].values()} == {SIDE**2 * 3}
    assert [q["name"] for q in offer["qualities"]] == ["draft", "standard", "final"]
    assert offer["recipe_schema"] == DescribedRecipe.model_json_schema()


def test_the_defaults_are_those_of_a_recipe_that_sets_nothing():
    whole = parse_recipe({"target": "sphere", "group": "432"})
    assert parse_recipe({"target": "sphere", "group": "432", **defaults()}) == whole


def test_the_page_is_current():
    assert (ROOT / "docs" / "cli.md").read_text(encoding="utf-8") == commands.page(), (
        "python -m service.cli.pages.commands docs/cli.md"
    )


def test_the_doctor_finds_this_machine_fit(capsys, monkeypatch):
    assert main(["doctor"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert any("squeezenet loads" in line for line in lines) and any("cpu:" in x for x in lines)
    assert all(line[0] in "✓!✗" for line in lines)


def test_a_terminal_that_knows_few_letters_is_no_traceback():
    command = [sys.executable, "-m", "service", "groups"]
    env = ENVIRONMENT | {"PYTHONIOENCODING": "ascii"}
    done = subprocess.run(command, env=env, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "") and "p4m" in done.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere all names are text")
def test_names_that_are_no_utf_8_are_names_like_others(tmp_path, monkeypatch, capfd):
    """Of a style, a base, a mask, a mesh and an output, on the command line and in receipts."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("service.reporting.mesh_pictures.SIDE", 32)
    style, mesh, out = (
        os.fsdecode(name) for name in (b"caf\xe9.png", b"b\xf6x.obj", b"\xfc/\xe9.png")
    )
    Image.fromarray(np.full((64, 64, 3), 90, np.uint8)).save("flat.png")
    Path("flat.png").rename(style)
    Path(mesh).write_text(SQUARE)
    short = ("--size", "64", "--steps", "1")
    done = service("preview", "p4", "--picture", style, "--size", 64, "-o", out, cwd=tmp_path)
    assert done.returncode == 0 and r"\udcfc/\udce9.png" in done.stdout, done.stderr
    assert main(["tile", "-g", "p4", "-s", f"2:{style}", *short, "-o", out]) == 0
    picture = tmp_path / out
    receipt = picture.with_suffix(".json").read_text(encoding="ascii")
    assert json.loads(receipt)["recipe"]["styles"][0]["source"] == str(tmp_path / style)
    assert main(["run", str(picture.with_suffix(".json")), "-o", "again"]) == 0
    assert (tmp_path / "again" / picture.name).read_bytes() == picture.read_bytes()
    given = ("-s", style, "--base", style, "--mask", style, "--views", "1")
    assert main(["mesh", mesh, *given, *short, "-o", out]) == 0, capfd.readouterr().err
    glb = picture.with_suffix(".glb").read_bytes()
    length = struct.unpack_from("<I", glb, 12)[0]
    assert json.loads(glb[20 : 20 + length].decode())["materials"][0]["name"] == "b?x"
    assert main(["tile", "-g", "p4", "-s", os.fsdecode(b"no\xe9.png"), *short]) == 2
    assert "There is no file" in capfd.readouterr().err

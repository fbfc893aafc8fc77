"""The command line from outside: how it starts, ends and goes on, and what it writes."""

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
from commands import ENVIRONMENT, ROOT, call_command
from patience import limited
from PIL import Image
from rich.console import Console

from geometry.errors import InputError
from service.cli import main
from service.cli.pages import commands
from service.cli.progress import shown_progress
from service.cli.recipe_data import read_style
from service.cli.recipe_file import read_recipe
from service.cli.stopping import finish_on_interrupt
from service.painting.progress import Progress
from service.recipe.parts import Objective
from service.reporting.delivery import destination
from service.reporting.overwriting import FilesRead
from service.reporting.receipt import SCHEMA
from service.whole_files import write_atomically

NOTHING = FilesRead(())
SQUARE = "v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\nvt 0 0\nvt 1 0\nvt 1 1\nvt 0 1\nf 1/1 2/2 3/3 4/4\n"


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
    done = call_command("preview", "p4", "--picture", style, "--size", 64, "-o", out, cwd=tmp_path)
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

"""Bad input is one clear line, and nothing is written."""

import subprocess
import sys
from pathlib import Path

import pytest
from commands import ENVIRONMENT, call_command
from PIL import Image

from service.cli import main

SQUARE = "v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\nvt 0 0\nvt 1 0\nvt 1 1\nvt 0 1\nf 1/1 2/2 3/3 4/4\n"
TILE = ("tile", "--group", "p6", "--size", "64", "--steps", "2")


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
        ((*TILE, "--foo"), "--foo", ""),
        (("tile", "-g", "p4", "--set", "steps=12"), "--set", "service run"),
        (("variants", "tile", "-g", "p4", "--steps", "12"), "--steps", "--set steps="),
        (("variants", "tile", "-g", "p4", "--detail-weight", "2"), "", "--set objective.detail="),
        (("colourings", "4", "6"), "(6)", "in quotes, as in '{4,6}'"),
        (("tile", "-g", "p4", "--torus-map", "42,1", "42,1"), "(42,1)", "in quotes"),
        ((*TILE, "--quality", "best"), "quality", "'final'"),
        ((*TILE, "--weights", "absent.pth"), "weights", ""),
        ((*TILE, "--device", ""), "device", "cuda:0"),
        ((*TILE, "--device", "cpu,cuda:0"), "device", "Name one kind"),
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
        (("tile", "-g", "p4", "--bits", "10"), "bits", "8 or 16"),
        (("tile", "-g", "p4", "--bits", "16", "-o", "t.webp"), "output", ".tif"),
        (("mesh", "square.obj", "--bits", "16", "-o", "t.tif"), "output", ".png"),
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
    done = call_command(*TILE, "-o", "/dev/null/x.png", cwd=tmp_path)
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.startswith("error: ") and done.stderr.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_the_version_is_told(capfd):
    assert main(["--version"]) == 0
    assert capfd.readouterr().out.startswith("orbitex ")


@pytest.mark.skipif(sys.platform != "linux", reason="limits of memory")
@pytest.mark.parametrize("limit", ["1000000", "200000"])
def test_too_little_memory_to_start_is_one_line(tmp_path, limit):
    """A gigabyte has no room for torch; in a fifth of that NumPy's first product never ends."""
    words = [sys.executable, "-m", "service", *TILE]
    limited = ["sh", "-c", f'ulimit -v {limit}; exec "$@"', "sh", *words]
    done = subprocess.run(limited, cwd=tmp_path, env=ENVIRONMENT, capture_output=True, text=True)
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.startswith("error: memory: ") and done.stderr.count("\n") == 1
    assert "ulimit" in done.stderr and not list(tmp_path.iterdir())


def test_a_port_in_use_is_refused(tmp_path):
    import zmq

    with zmq.Context() as context, context.socket(zmq.ROUTER) as socket:
        port = socket.bind_to_random_port("tcp://127.0.0.1")
        done = call_command("serve", "--bind", f"tcp://127.0.0.1:{port}", cwd=tmp_path)
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.count("\n") == 1 and "bind" in done.stderr and "--bind" in done.stderr

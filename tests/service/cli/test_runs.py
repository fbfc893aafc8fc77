"""Runs from the command line: a folder of its own for each, with a report."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from service.cli import main
from service.runs.record import RECORD, read_record

RECIPE = {
    "target": "tile",
    "group": "p4",
    "styles": [{"source": "night_strokes"}],
    "size": 64,
    "steps": 3,
    "seed": 1,
}


def command(*words):
    return main([str(word) for word in words]) or 0


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "glass.json").write_text(json.dumps(RECIPE))
    return tmp_path


def test_each_run_has_its_folder_and_can_be_run_again(place, capfd):
    assert command("run", "glass.json", "--set", "seed=2") == 0
    (folder,) = (place / "runs" / "glass").iterdir()
    said = "".join(capfd.readouterr())
    assert f"report: runs/glass/{folder.name}/report.html" in said
    names = {path.name for path in folder.iterdir()}
    assert names == {
        *("glass.png", "glass.json", "glass.paint.safetensors"),
        *("recipe.json", RECORD, "report.html", "pictures"),
    }
    record = read_record(folder / RECORD)
    assert (record.name, record.state, record.step, record.planned) == ("glass", "finished", 3, 3)
    assert record.recipe["seed"] == 2 and record.picture == "glass.png"
    assert [shot.step for shot in record.shots] == [1, 2, 3] or len(record.shots) >= 2
    assert record.command == "service run recipe.json" and record.environment["threads"] == "1"

    os.chdir(folder)  # as the report says
    assert command(*record.command.split()[1:]) == 0
    again = [path for path in (place / "runs" / "glass").iterdir() if path != folder]
    assert len(again) == 1  # beside the first
    assert (again[0] / "glass.png").read_bytes() == (folder / "glass.png").read_bytes()
    assert {path.name for path in place.rglob("*.png")} == {"glass.png"}


def test_with_a_folder_named_there_is_no_report(place):
    assert command("run", "glass.json", "--set", "steps=1", "-o", "out") == 0
    assert not (place / "runs").exists()
    assert {path.name for path in (place / "out").iterdir()} == {
        *("glass.png", "glass.json", "glass.paint.safetensors"),
    }


def test_a_painting_command_with_a_report(place):
    words = ("tile", "-g", "p2", "--size", 64, "--steps", 1, "-o", "a/odd name.webp", "--report")
    assert command(*words) == 0
    (folder,) = (place / "a" / "runs" / "odd_name").iterdir()
    record = read_record(folder / RECORD)
    assert record.name == "odd name" and (folder / "odd_name.webp").is_file()
    assert record.picture == "odd_name.webp" and not (place / "a" / "odd name.webp").exists()


@pytest.mark.parametrize("change", ["group=p5", "styles.0.source=absent.png", "network=absent"])
def test_what_cannot_be_painted_leaves_no_folder(change, place, capfd):
    assert command("run", "glass.json", "--set", change) == 2
    assert not (place / "runs").exists()


def test_what_the_recipe_file_says_of_itself_is_in_the_record(place):
    from service.cli.painting.runs import run_of

    about = {"title": " A\n\x1btitle ", "text": "b " * 1000}
    (place / "x.json").write_text(json.dumps({"target": "tile", "group": "p4", "about": about}))
    run = run_of(place / "x.json")
    assert run.title == "A \\x1btitle" and len(run.about) == 1999
    assert run.picture().name == "x.png" and run.folder.parent.parts == ("runs", "x")
    odd = run_of(place / "../-..<b>:\udcff.json")
    assert "\udcff" not in odd.name and odd.picture().name == "b.png"


@pytest.mark.slow
def test_a_run_that_is_killed_leaves_a_report(place):
    words = ["-m", "service", "run", "glass.json", "--set", "steps=4000"]
    with subprocess.Popen([sys.executable, *words]) as process:
        until = time.monotonic() + 270
        found = []
        while time.monotonic() < until and not found:
            found = [p for p in place.rglob(RECORD) if read_record(p).step > 5]
            time.sleep(0.2)
        process.send_signal(signal.SIGKILL)
    record = read_record(found[0])
    assert record.state == "running" and 5 < record.step < record.planned
    assert "Painting: step" in found[0].with_name("report.html").read_text()
    assert all((found[0].parent / shot.file).is_file() for shot in record.shots)

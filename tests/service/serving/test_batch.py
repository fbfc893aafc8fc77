"""Batches: many recipes, some bad, stopped and killed in the middle. In processes of their own,
with a painter of plain NumPy."""

import contextlib
import io
import json
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from fake_painter import CRASH
from patience import limited
from PIL import Image
from rich.console import Console
from service_process import HERE, ROOT, environment, eventually, recipe, refused

from geometry.errors import InputError
from service.cli.serving.batch import paint_batch, recipe_files
from service.cli.serving.orders import read_order
from service.serving.settings import Settings

ENGINES = ("local", "ray")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@contextlib.contextmanager
def batch(folder, engine="local", into="out"):
    """A batch of all recipes of the folder."""
    if engine == "ray":
        pytest.importorskip("ray")
    command = [sys.executable, str(HERE / "run_batch.py"), into, engine, "."]
    with subprocess.Popen(
        command, cwd=folder, env=environment(), stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def painted(folder, engine="local", into="out"):
    """Run a batch to its end: numbers of pictures painted, there already, and failed."""
    with batch(folder, engine, into) as process, limited(process):
        out, _ = process.communicate()
        assert process.returncode == 0
    *numbers, _ = out.splitlines()[-1].split()
    return [int(number) for number in numbers]


def write(folder, name, step_ms=1, **changes):
    (folder / f"{name}.json").write_text(json.dumps(recipe(step_ms, **changes)))


def log(folder):
    file = folder / "out" / ".batch" / "log.txt"
    return file.read_text() if file.exists() else ""


def delivered(folder, name):
    """Whether a recipe's picture is out, and noted down as such."""
    journal = folder / "out" / ".batch" / "journal.json"
    return journal.exists() and json.loads(journal.read_text())[name]["job"] is None


@pytest.mark.slow
def test_bad_recipes_leave_the_others_alone_and_nothing_is_painted_twice(folder):
    write(folder, "a", about={"title": "An a", "text": "The first letter."})
    write(folder, "b", styles=[{"source": "leaf.png"}])
    write(folder, "crash", group=CRASH)
    write(folder, "unknown", nonsense=1)
    leaf = np.arange(24 * 16 * 3, dtype=np.uint8).reshape(24, 16, 3)
    Image.fromarray(leaf).save(folder / "leaf.png")
    assert painted(folder) == [2, 0, 2]
    receipt = json.loads((folder / "out/a.json").read_text())
    assert (receipt["title"], receipt["about"]) == ("An a", "The first letter.")
    receipt = json.loads((folder / "out/b.json").read_text())
    assert "title" not in receipt
    assert receipt["sums"] == {"style0": float(leaf.sum())}
    leaf_file = str(folder / "leaf.png")  # not the name of a buffer: it can be run again
    assert receipt["recipe"]["styles"][0]["source"] == leaf_file
    assert receipt["styles"][0]["source"] == leaf_file
    assert painted(folder) == [0, 2, 2]
    write(folder, "a", steps=7)
    Image.fromarray(leaf[::-1]).save(folder / "leaf.png")
    (folder / "crash.json").unlink()
    assert painted(folder) == [2, 0, 1]
    assert json.loads((folder / "out/a.json").read_text())["step"] == 7


def test_two_batches_do_not_paint_into_one_folder(folder):
    write(folder, "long", step_ms=1000)
    with batch(folder) as first:
        assert eventually(lambda: "running" in log(folder))
        with pytest.raises(InputError, match="Another batch paints into out"):
            paint_batch(["."], (), Path("out"), Settings(Path("out")), Console())
        assert first.poll() is None


@pytest.mark.slow
def test_no_picture_is_written_over_what_another_recipe_reads_or_writes(folder):
    leaf = np.arange(24 * 16 * 3, dtype=np.uint8).reshape(24, 16, 3)
    Image.fromarray(leaf).save(folder / "leaf.png")
    write(folder, "leaf")
    write(folder, "style", styles=[{"source": "leaf.png"}])
    square = "v 0 0 0\nv 1 0 0\nv 1 1 0\nvt 0 0\nvt 1 0\nvt 1 1\nf 1/1 2/2 3/3\n"
    (folder / "square.obj").write_text(square)
    write(folder, "mesh", target="mesh", group="1", mesh="square.obj")
    write(folder, "mesh_view1")
    before = (folder / "leaf.png").read_bytes()
    console = Console(file=io.StringIO())
    settings = Settings(Path("out"), painter="fake_painter:fake_painter")
    files = [f"{name}.json" for name in ("leaf", "style", "mesh", "mesh_view1")]
    (folder / "out").mkdir()
    (folder / "out" / "leaf.png").symlink_to(folder / "leaf.png")
    tally = paint_batch(files, (), Path("out"), settings, console)
    assert sorted(tally.painted) == ["mesh", "style"]
    assert "leaf.png is read" in str(tally.failed["leaf"])
    assert "mesh_view1.png would be written by mesh as well" in str(tally.failed["mesh_view1"])
    assert (folder / "leaf.png").read_bytes() == before


@pytest.mark.slow
def test_a_reader_that_leaves_and_a_system_that_ends_stop_nothing_in_the_middle(folder):
    write(folder, "a")
    write(folder, "b", step_ms=20, steps=150)
    with batch(folder) as process:
        process.stdout.close()  # as '| head -0' does
        process.stdout = None
        assert eventually(lambda: delivered(folder, "a"))
        assert eventually(lambda: list(folder.glob("out/.batch/jobs/*/checkpoint*")))
        for number in (signal.SIGHUP, signal.SIGTERM):
            process.send_signal(number)
        with limited(process):
            assert process.wait() == 0
    assert "Traceback" not in log(folder)
    assert painted(folder) == [1, 1, 0]  # goes on from the checkpoint


def test_a_change_that_is_none_is_said_once(folder):
    write(folder, "a")
    with pytest.raises(InputError, match="not key=value"):
        paint_batch(["."], ("steps",), Path("out"), Settings(Path("out")), Console())
    assert not (folder / "out").exists()


@pytest.mark.slow
@pytest.mark.parametrize("engine", ENGINES)
def test_a_batch_that_was_killed_and_stopped_goes_on_to_the_same_bits(folder, engine):
    write(folder, "a", steps=5)
    write(folder, "b", step_ms=20, steps=150)
    first, seen = folder / "out/a.png", set()

    def another_checkpoint():
        for path in folder.glob("out/.batch/jobs/*/checkpoint.safetensors"):
            with contextlib.suppress(OSError):
                seen.add(path.stat().st_mtime_ns)
        return len(seen)

    for number, code in ((signal.SIGKILL, -signal.SIGKILL), (signal.SIGINT, 0)):
        with batch(folder, engine) as process:
            before = another_checkpoint()
            assert eventually(lambda: delivered(folder, "a"))
            assert eventually(lambda old=before: another_checkpoint() > old)
            process.send_signal(number)
            with limited(process):
                out, _ = process.communicate()
            assert process.returncode == code
    assert out.split()[-4:] == ["0", "1", "0", "1"]  # stopped, and said so
    written = first.stat().st_mtime_ns
    assert painted(folder, engine) == [1, 1, 0]
    assert first.stat().st_mtime_ns == written
    assert painted(folder, engine, into="undisturbed") == [2, 0, 0]
    for name in ("a.png", "b.png"):
        assert (folder / "out" / name).read_bytes() == (folder / "undisturbed" / name).read_bytes()
    assert log(folder).count("queued") == 2  # nothing was submitted anew


def test_files_folders_and_patterns_name_recipes(folder):
    for name in ("a", "b"):
        write(folder, name)
    (folder / "more").mkdir()
    write(folder / "more", "c")
    names = [path.name for path in recipe_files(["more", "b.json", "*.json"])]
    assert names == ["c.json", "b.json", "a.json"]
    assert recipe_files([str(folder / "?.json")]) == [folder / "a.json", folder / "b.json"]
    assert recipe_files(["absent.json"])  # reported with the others, when it is its turn
    write(folder / "more", "a")
    with refused("bad-value"):
        recipe_files(["a.json", "more"])
    with refused("missing-file"):
        recipe_files(["*.jsn"])


def test_orders_differ_in_what_their_files_hold(folder):
    square = "v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\nvt 0 0\nvt 1 0\nvt 1 1\nvt 0 1\n"
    (folder / "square.obj").write_text(square + "f 1/1 2/2 3/3 4/4\n")
    file = folder / "recipe.json"
    file.write_text(json.dumps({"target": "mesh", "group": "1", "mesh": "square.obj"}))
    order = read_order(file, ())
    assert order.wire.mesh is None and order.buffers["triangles"].shape == (2, 3)
    assert read_order(file, ()).digest == order.digest != read_order(file, ("seed=7",)).digest
    (folder / "square.obj").write_text(square.replace("1 1 0", "1 1 1") + "f 1/1 2/2 3/3 4/4\n")
    assert read_order(file, ()).digest != order.digest


@pytest.mark.slow
def test_a_batch_paints_what_run_paints_meshes_of_many_textures_too(folder):
    corners = "v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\nv 0 0 1\nvt 0 0\nvt 1 0\nvt 1 1\nvt 0 1\n"
    faces = "usemtl red\nf 1/1 2/2 3/3 4/4\nusemtl blue\nf 1/1 2/2 5/3\n"
    (folder / "two.mtl").write_text("newmtl red\nKd 1 0 0\nnewmtl blue\nKd 0 0 1\n")
    (folder / "two.obj").write_text(f"mtllib two.mtl\n{corners}{faces}")
    few = {"size": 64, "steps": 4, "seed": 3}
    recipes = {
        "mesh": {"target": "mesh", "group": "1", "mesh": "two.obj", "views": 2, **few},
        "tile": {"target": "tile", "group": "p4", **few},
        "cube": {"target": "sphere", "group": "432", "projection": "cube", **few, "size": 96},
    }
    for name, data in recipes.items():
        (folder / f"{name}.json").write_text(json.dumps(data))
    service = [sys.executable, "-m", "service"]
    run = {"cwd": folder, "env": environment() | {"PYTHONPATH": str(ROOT)}, "check": True}
    subprocess.run([*service, "batch", ".", "-o", "batch"], **run)
    for name in recipes:
        subprocess.run([*service, "run", f"{name}.json", "-o", "run"], **run)
    files = {path.name for path in (folder / "run").iterdir()} - {"mesh_coverage.png"}
    assert files | {".batch"} == {path.name for path in (folder / "batch").iterdir()}
    for name in sorted(files):
        one, other = ((folder / place / name).read_bytes() for place in ("run", "batch"))
        if name.endswith(".json"):
            own = {"seconds": 0}
            one, other = (json.loads(text) | own for text in (one, other))
        assert one == other, name

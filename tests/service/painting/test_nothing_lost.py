"""No input is written over, and no painting is lost with what it was told to or written to."""

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from patience import limited
from PIL import Image

from geometry.errors import InputError
from service.cli import main
from service.cli.progress import shown_progress
from service.cli.recipe_file import files_read
from service.cli.stopping import finish_on_interrupt, interrupt_on_hangup
from service.mesh_files.references import referenced_files
from service.recipe.parsing import parse_recipe
from service.reporting import delivery, rescue
from service.reporting.delivery import deliver, destination, paint_file
from service.reporting.loop import Film, check_film, write_loop
from service.reporting.mesh_delivery import mesh_destination
from service.reporting.overwriting import FilesRead
from service.reporting.rescue import Rescue

ROOT = Path(__file__).parents[3]
SQUARE = "v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\nvt 0 0\nvt 1 0\nvt 1 1\nvt 0 1\n"
QUICK = ("--size", "64", "--steps", "2", "--views", "1")
GREY = np.full((32, 32, 3), 128, np.uint8)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    picture("sty.png")
    return tmp_path


def picture(name, colour="teal"):
    Image.new("RGB", (32, 32), colour).save(name)


def write_cow(material="map_Kd cow.png"):
    """An OBJ with a material, whose texture is named as the README names what is painted."""
    Path("cow.obj").write_text(f"mtllib cow.mtl\n{SQUARE}usemtl hide\nf 1/1 2/2 3/3 4/4\n")
    Path("cow.mtl").write_text(f"newmtl hide\n{material}\n")
    picture("cow.png")


def refused(capsys, *words):
    """The one line that refuses a command before anything is painted; no file is changed."""
    before = {path: path.read_bytes() for path in Path.cwd().iterdir() if path.is_file()}
    assert main(words) == 2
    out, err = capsys.readouterr()
    assert err.startswith("error: ") and err.count("\n") == 1 and "stage" not in out
    assert {p: p.read_bytes() for p in Path.cwd().iterdir() if p.is_file()} == before
    return err


@pytest.mark.parametrize(
    "command",
    [
        "tile -g p4 -s sty.png -o sty.png",
        "tile -g p4 -s sty.png -o hard.png",
        "tile -g p4 -s soft.png -o sty.png",
        "tile -g p4 -s hard.png -o ../DIR/soft.png",
        "sphere -g 532 -s sty.png -o sty.png",
        "sphere -g 532 --projection cube -s face_px.png -o face.png",
        "hyperbolic 4 6 -s sty.png -o sty.png",
        "spiral -s sty.png -o sty.png",
        "spiral -s sty.webp --loop sty.webp -o new.png",
        "preview p4 -p sty.png -o sty.png",
        "run recipe.json -o .",
        "run named.json -o .",
    ],
)
def test_no_command_writes_over_what_it_reads(folder, capsys, command):
    picture("face_px.png")
    picture("sty.webp")
    os.link("sty.png", "hard.png")
    Path("soft.png").symlink_to("sty.png")
    recipe = {"target": "tile", "group": "p4", "styles": [{"source": "recipe.png"}]}
    picture("recipe.png")
    Path("recipe.json").write_text(json.dumps(recipe))
    # a receipt whose place is another receipt's would be lost as well
    receipt = {"schema": "orbitex/receipt", "recipe": {"target": "tile", "group": "p4"}}
    Path("named.json").write_text(json.dumps(receipt))
    line = refused(capsys, *command.replace("DIR", folder.name).split())
    assert "is read" in line and ("another -o." in line or "another --loop." in line)


@pytest.mark.parametrize(
    ("written", "material"),
    [
        ("cow.png", "map_Kd cow.png"),
        ("cow.png", "map_Kd -s 2 2 1 cow.png"),
        ("cow.png", "map_Bump .\\cow.png"),
        ("cow_view1.png", "map_Kd C:\\work\\cow_view1.png"),
        ("cow_coverage.png", "Kd 1 1 1\nmap_d cow_coverage.png"),
    ],
)
def test_textures_that_a_material_names_are_kept(folder, capsys, written, material):
    write_cow(material)
    picture(written)
    line = refused(capsys, "mesh", "cow.obj", "-o", "cow.png")
    assert f"{written} is read" in line and "another -o." in line


def test_textures_of_materials_are_kept_from_the_textures_of_others(folder, capsys):
    write_cow("map_Kd new_hide.png\nnewmtl horn\nKd 1 0 0")
    picture("new_hide.png")
    with Path("cow.obj").open("a") as stream:
        stream.write("usemtl horn\nf 1/1 2/2 4/4\n")
    assert "new_hide.png is read" in refused(capsys, "mesh", "cow.obj", "-o", "new.png")


def test_what_a_gltf_file_names_is_kept(folder, capsys):
    points = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]], "<f4")
    Path("my cow.json").write_bytes(points.tobytes() + points[:, :2].tobytes())
    accessor = {"componentType": 5126, "count": 3}
    header = {
        "asset": {"version": "2.0"},
        "buffers": [{"uri": "my%20cow.json", "byteLength": 60}],
        "bufferViews": [
            {"buffer": 0, "byteLength": 36},
            {"buffer": 0, "byteOffset": 36, "byteLength": 24},
        ],
        "accessors": [
            accessor | {"bufferView": 0, "type": "VEC3", "min": [0, 0, 0], "max": [1, 1, 0]},
            accessor | {"bufferView": 1, "type": "VEC2"},
        ],
        "images": [{"uri": "my%20cow.png"}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0, "TEXCOORD_0": 1}}]}],
        "nodes": [{"mesh": 0}],
        "scenes": [{"nodes": [0]}],
    }
    picture("my cow.png")
    Path("my cow.gltf").write_text(json.dumps(header))
    named = {path.name for path in referenced_files(Path("my cow.gltf"))}
    assert named == {"my cow.json", "my cow.png"}
    recipe = parse_recipe({"target": "mesh", "group": "1", "mesh": "my cow.gltf"})
    assert {path.name for path in files_read(recipe)} == {*named, "my cow.gltf"}
    for output in ("my cow.png", "other.png"):
        with pytest.raises(InputError, match=r"my cow\.(png|json) is read") as caught:
            mesh_destination(Path(output).with_stem("my cow"), ["a"], FilesRead(files_read(recipe)))
        assert caught.value.hint == "Choose another -o."


@pytest.mark.parametrize("content", [b"", b"\0" * 50, b"mtllib \xff\nmtllib", b"glTF", b"[1]"])
@pytest.mark.parametrize("suffix", [".obj", ".gltf", ".glb", ".ply", ".stl", ""])
def test_broken_files_name_no_others(tmp_path, suffix, content):
    file = tmp_path / f"broken{suffix}"
    assert referenced_files(file) == []
    file.write_bytes(content)
    assert referenced_files(file) == []


def test_names_inside_a_glb_and_a_ply_file_are_found(folder):
    text = json.dumps({"images": [{"uri": "sty.png"}, {"uri": "data:,x"}, {}]}).encode()
    head = np.array([0x46546C67, 2, 20 + len(text), len(text), 0x4E4F534A], "<u4").tobytes()
    Path("a.glb").write_bytes(head + text)
    Path("a.ply").write_text("ply\nformat ascii 1.0\ncomment TextureFile sty.png\nend_header\n")
    for name in ("a.glb", "a.ply"):
        assert referenced_files(Path(name)) == [Path("sty.png")]


def test_pictures_that_an_mtl_file_spells_otherwise_are_found(folder):
    (folder / "tex").mkdir()
    for name in ("cow.png", "tex/skin.png"):
        picture(name)
    Path("tex/cow.mtl").write_text("newmtl a\nmap_Kd COW.PNG\nnewmtl b\nmap_Kd -s 2 2 skin.png\n")
    Path("cow.obj").write_text(f"mtllib tex\\Cow.mtl\n{SQUARE}f 1/1 2/2 3/3 4/4\n")
    found = {path.resolve() for path in referenced_files(Path("cow.obj"))}
    names = ("tex/cow.mtl", "cow.png", "tex/skin.png")
    assert found == {(folder / name).resolve() for name in names}


def test_materials_called_like_other_outputs_have_files_of_their_own(tmp_path):
    names = ["view1", "Coverage", "skin"]
    files = mesh_destination(tmp_path / "p.png", names, FilesRead(())).files
    assert len({path.name.lower() for path in files}) == len(files)


def test_a_symbolic_link_is_written_through(folder):
    (folder / "disk").mkdir()
    Path("link.png").symlink_to("disk/real.png")
    for _ in range(2):  # where it leads to nothing, and to a file
        place = destination(Path("link.png"), FilesRead(()))
        deliver(place, GREY, {"schema": "orbitex/receipt"})
        assert Path("link.png").is_symlink() and Image.open("disk/real.png").size == (32, 32)
    Path("loop.gif").symlink_to("disk/real.gif")
    check_film(Film(Path("loop.gif"), 2, 24), FilesRead(()))
    write_loop([GREY, GREY], Path("loop.gif"), 24)
    assert Path("loop.gif").is_symlink() and Path("disk/real.gif").stat().st_size
    Path("null.png").symlink_to(os.devnull)
    with pytest.raises(InputError, match=r"null\.png is not a file"):
        destination(Path("null.png"), FilesRead(()))


@pytest.mark.parametrize("stem", ["p" * 250, "ü" * 125])
def test_names_as_long_as_a_disk_takes_are_written(folder, stem):
    place = destination(Path(f"{stem}.png"), FilesRead(()))
    deliver(place, GREY, {"schema": "orbitex/receipt"})
    assert place.picture.exists() and place.receipt.exists()
    assert paint_file(place.receipt) == place.paint
    place.paint.touch()
    for name in (f"{stem}.gif", stem):
        write_loop([GREY, GREY], Path(name), 24)
        assert Path(name).exists()


@pytest.mark.parametrize("length", [251, 300])
def test_names_too_long_for_a_disk_are_refused_before_anything_is_painted(folder, capsys, length):
    name = "p" * length  # of 251 the receipt's name is too long
    for words in (
        f"tile -g p1 -o {name}.png",
        f"preview p1 -o {name}.json.png",
        f"spiral -o new.png --loop {name}.webp",
        f"spiral -o new.png --loop {name}{name}",
        f"mesh {name}{name}.obj",
        f"tile -g p1 --weights {name}{name}",
        f"batch {name}{name}.json",
    ):
        assert "File name too long" in refused(capsys, *words.split()), words


# --- streams that go away ---


def started(*words, **streams):
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.Popen([sys.executable, "-m", "service", *words], env=environment, **streams)


def test_a_reader_that_leaves_does_not_end_the_painting(folder, capsys, monkeypatch):
    ours, theirs = os.pipe()
    with os.fdopen(theirs, "w") as stream:
        monkeypatch.setattr(sys, "stdout", stream)

        def leave_then_show(console, objective):
            os.close(ours)  # as '| head -1' does
            return shown_progress(console, objective)

        monkeypatch.setattr("service.cli.painting.picture.shown_progress", leave_then_show)
        assert main(["tile", "-g", "p1", *QUICK]) == 0
    assert capsys.readouterr().err == ""
    assert Path("tile.png").exists() and Path("tile.json").exists()


def test_a_reader_that_leaves_is_no_trouble_at_the_end_either(folder):
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with started("preview", "p4", "--size", "64", **streams) as process, limited(process):
        process.stdout.close()
        assert process.stderr.read() == b"" and process.wait() == 0
    assert Path("preview.png").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has it")
def test_progress_that_finds_no_room_does_not_end_a_command_and_results_do(folder):
    with Path("/dev/full").open("wb") as full:
        with started("preview", "p4", "--size", "64", stdout=full, stderr=full) as process:
            assert process.wait() == 0
        assert Path("preview.png").exists()
        with started("groups", stdout=full, stderr=subprocess.PIPE) as process:
            err = process.stderr.read().decode()
            assert process.wait() == 2 and err.count("\n") == 1
    assert err.startswith("error: standard output: ") and "No space left" in err


def test_closed_streams_do_not_end_a_command_and_get_into_no_file(folder):
    words = [sys.executable, "-m", "service", "preview", "p4", "--size", "64"]
    shell = f"exec {' '.join(words)} >&- 2>&-"
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    assert subprocess.run(["sh", "-c", shell], env=environment).returncode == 0
    assert Image.open("preview.png").size == (64, 64)


@pytest.mark.slow  # a painting that begins and ends, with its imports
def test_a_terminal_that_is_closed_finishes_the_painting(folder):
    fcntl, pty, termios = map(pytest.importorskip, ("fcntl", "pty", "termios"))
    ours, theirs = pty.openpty()
    streams = dict.fromkeys(("stdin", "stdout", "stderr"), theirs)
    words = ("tile", "-g", "p1", *QUICK, "--steps", "50000")

    def own_it():
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    with (
        started(*words, **streams, start_new_session=True, preexec_fn=own_it) as process,
        limited(process),
    ):
        os.close(theirs)
        seen = b""
        while b"/50000" not in seen:
            seen += os.read(ours, 4096)
        os.close(ours)  # sends SIGHUP, and what is written from now on fails
        assert process.wait() == 0
    receipt = json.loads(Path("tile.json").read_text())
    assert receipt["steps"] < 50000 and Path("tile.png").exists()


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_signals_finish_as_ctrl_c_does_however_often_they_come(name):
    number = getattr(signal, name)
    before = signal.getsignal(number)
    with finish_on_interrupt() as wanted:
        assert not wanted()
        for _ in range(3):
            signal.raise_signal(number)
        assert wanted()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt), interrupt_on_hangup():
        try:
            signal.raise_signal(number)
        finally:
            signal.raise_signal(number)  # while things are brought to an end
    assert signal.getsignal(number) is before


def test_nohup_is_respected():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with finish_on_interrupt() as wanted:
            signal.raise_signal(signal.SIGHUP)
            assert not wanted()
    finally:
        signal.signal(signal.SIGHUP, before)


# --- places that cannot be written any more ---


@pytest.fixture
def full(folder, monkeypatch):
    """A folder on a disk that is full once a painting is finished."""
    out = folder / "out"
    monkeypatch.setenv("ORBITEX_DATA", str(folder / "data"))
    write = delivery.write_atomically

    def find_no_room(path, data, mode=0o666):
        if path.parent == out:
            raise OSError(errno.ENOSPC, "No space left on device")
        write(path, data, mode)

    for module in ("delivery", "loop"):
        monkeypatch.setattr(f"service.reporting.{module}.write_atomically", find_no_room)
    return out


def test_a_painting_that_finds_no_room_is_kept_elsewhere(full, folder, capsys):
    words = ("--arms", "2", *QUICK, "--loop", str(full / "s.gif"), "--frames", "2")
    assert main(["spiral", *words, "-o", str(full / "s.png")]) == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1 and "No space left on device. The painting is kept in" in err
    (kept,) = (folder / "data" / "kept").iterdir()
    assert str(kept) in err and not list(full.iterdir())
    assert {path.name for path in kept.iterdir()} == {
        *("s.png", "s.json", "s.gif", "s.paint.safetensors")
    }
    assert Image.open(kept / "s.png").size == (64, 64)


def test_a_mesh_that_finds_no_room_is_kept_with_all_its_files(full, folder, capsys, monkeypatch):
    monkeypatch.setattr("service.reporting.mesh_pictures.SIDE", 16)
    write_cow()
    Path("cow.obj").rename("bull.obj")
    assert main(["mesh", "bull.obj", *QUICK, "-o", str(full / "b.png")]) == 2
    assert "The painting is kept in" in capsys.readouterr().err
    (kept,) = (folder / "data" / "kept").iterdir()
    ends = ("png", "glb", "json", "paint.safetensors")
    assert {*(f"b.{end}" for end in ends), "b_view4.png", "b_coverage.png"} == {
        *(path.name for path in kept.iterdir())
    } - {"b_view1.png", "b_view2.png", "b_view3.png"}


def test_a_painting_with_a_long_name_is_kept_elsewhere(full, folder):
    place = destination(full / f"{'p' * 250}.png", FilesRead(()))
    with pytest.raises(InputError, match="The painting is kept in"):
        deliver(place, GREY, {"schema": "orbitex/receipt"}, Rescue(place.picture.stem).write)
    (kept,) = (folder / "data" / "kept").iterdir()
    assert (kept / place.picture.name).exists() and (kept / place.receipt.name).exists()


def test_a_folder_that_was_removed_costs_nothing_either(folder, monkeypatch):
    monkeypatch.setenv("ORBITEX_DATA", os.devnull)  # where nothing can be kept
    monkeypatch.setattr(rescue.tempfile, "gettempdir", lambda: str(folder))
    place = destination(folder / "gone" / "p.png", FilesRead(()))
    shutil.rmtree(place.picture.parent)
    with pytest.raises(InputError, match=r"No such file.*is kept in") as caught:
        deliver(place, GREY, {"schema": "orbitex/receipt"}, Rescue("p").write)
    kept = Path(caught.value.message.rpartition("kept in ")[2].rstrip("."))
    assert kept.parent == folder and (kept / "p.png").exists() and (kept / "p.json").exists()


def test_where_nothing_at_all_can_be_written_the_first_reason_is_told(folder, monkeypatch):
    def refuse(*_):
        raise OSError(errno.EROFS, "Read-only file system")

    place = destination(folder / "p.png", FilesRead(()))
    monkeypatch.setattr(delivery, "write_atomically", refuse)
    with pytest.raises(InputError, match=r"p\.png cannot be written: Read-only"):
        deliver(place, GREY, None, Rescue("p").write)
    assert not list(folder.glob("p-*"))

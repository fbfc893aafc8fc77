"""No input is written over."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
from cows import GREY, SQUARE, picture, write_cow
from PIL import Image

from geometry.errors import InputError
from service.cli import main
from service.cli.recipe_file import files_read
from service.mesh_files.references import referenced_files
from service.recipe.parsing import parse_recipe
from service.reporting.delivery import deliver, destination, paint_file
from service.reporting.loop import Film, check_film, write_loop
from service.reporting.mesh_delivery import mesh_destination
from service.reporting.overwriting import FilesRead


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

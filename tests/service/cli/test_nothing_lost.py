"""No painting is lost with the place that it was to be written to."""

import errno
import json
import os
import shutil
import signal
from pathlib import Path

import pytest
import torch
from cows import GREY, QUICK, write_cow
from PIL import Image

from geometry.errors import InputError
from service.cli import main
from service.cli.painting import outliving
from service.painting.easel import Easel
from service.ranks.devices import RankLostError
from service.ranks.together import together
from service.reporting import delivery, rescue
from service.reporting.delivery import deliver, destination
from service.reporting.overwriting import FilesRead
from service.reporting.rescue import Rescue


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


@pytest.mark.parametrize("painted", [0, 2])
def test_what_was_painted_when_the_disk_filled_is_delivered(folder, monkeypatch, capsys, painted):
    """Of a large tile, whose paint lies on the disk."""
    step = Easel.step

    def find_no_room(self, number):
        if number == painted:
            raise InputError("no-temporary-folder", "temporary files", "There is no room.", "Make.")
        return step(self, number)

    monkeypatch.setattr(Easel, "step", find_no_room)
    code = main(["tile", "-g", "p4", "--size", "64", "--steps", "4", "-o", "tile.png"])
    out, err = capsys.readouterr()
    if not painted:
        assert code == 2 and err.count("\n") == 1 and not Path("tile.png").exists()
        return
    assert code == 0 and "warning: temporary files: There is no room. Make." in out
    receipt = json.loads(Path("tile.json").read_text())
    assert receipt["steps"] == painted and Image.open("tile.png").size == (64, 64)


# --- several devices -------------------------------------------------------------------------

ON_TWO = ("sphere", "-g", "222", "--size", "64", "--steps", "6", "--views", "2", "-q", "draft")
ON_TWO = (*ON_TWO, "--device", "cpu,cpu")


def lose_after(*steps):
    """What does as :func:`together`, in this process alone; the first time it loses another one
    after the first of ``steps``, and so on."""
    due = list(steps)

    def lossy(devices, paint, *given, **options):
        for now in paint(*given, device=torch.device("cpu"), **options):
            yield now
            if due and due[0] == now.step:
                raise RankLostError(f"It ended after step {due.pop(0)}.")

    return lossy


@pytest.mark.parametrize(("seconds", "lost", "kept"), [(0, (2, 4), (2, 4)), (1000, (4,), (1,))])
def test_a_painting_outlives_processes_that_paint_along(
    folder, monkeypatch, capsys, seconds, lost, kept
):
    monkeypatch.setattr(outliving, "KEPT_SECONDS", seconds)
    for name, steps in {"whole.png": (), "lost.png": lost}.items():
        monkeypatch.setattr(outliving, "together", lose_after(*steps))
        assert main([*ON_TWO, "-o", name]) == 0
    said = [x for x in capsys.readouterr().out.splitlines() if x.startswith("warning: ")]
    assert said == [
        f"warning: It ended after step {k}. The painting goes on from step {j}."
        for k, j in zip(lost, kept, strict=True)
    ]
    assert Path("lost.png").read_bytes() == Path("whole.png").read_bytes()
    assert json.loads(Path("lost.json").read_text())["steps"] == 6


def test_one_that_is_lost_again_at_once_ends_it(folder, monkeypatch, capsys):
    monkeypatch.setattr(outliving, "KEPT_SECONDS", 0)
    monkeypatch.setattr(outliving, "together", lose_after(3, 3))
    assert main([*ON_TWO, "-o", "lost.png"]) == 0
    assert "name one device. The picture is as it was then." in capsys.readouterr().out
    assert json.loads(Path("lost.json").read_text())["steps"] == 3


def test_one_that_does_not_start_is_one_line(folder, monkeypatch, capsys):
    def lost(*_, **__):
        raise RankLostError("One did not start.")
        yield

    monkeypatch.setattr(outliving, "together", lost)
    assert main([*ON_TWO, "-o", "lost.png"]) == 2
    err = capsys.readouterr().err
    assert err == "error: device: One did not start. Try again, or name one device.\n"
    assert not list(folder.glob("lost*"))


@pytest.mark.slow
def test_a_process_that_paints_along_is_killed(folder, monkeypatch, capsys):
    monkeypatch.setattr(outliving, "KEPT_SECONDS", 0)
    assert main([*ON_TWO, "-o", "whole.png"]) == 0

    def killed(*given, resume, **options):
        for now in together(*given, resume=resume, **options):
            yield now
            if resume is None and now.step == 3:
                (child,) = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
                os.kill(int(child), signal.SIGKILL)

    monkeypatch.setattr(outliving, "together", killed)
    assert main([*ON_TWO, "-o", "lost.png"]) == 0
    assert "on cpu ended (signal 9). The painting goes on from step 3." in capsys.readouterr().out
    assert Path("lost.png").read_bytes() == Path("whole.png").read_bytes()


def test_what_was_painted_when_memory_ran_out_is_delivered(folder, monkeypatch, capsys):
    step = Easel.step

    def find_none(self, number):
        if number == 2:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")
        return step(self, number)

    monkeypatch.setattr(Easel, "step", find_none)
    assert main(["tile", "-g", "p4", "--size", "64", "--steps", "4", "-o", "tile.png"]) == 0
    out = capsys.readouterr().out
    assert "warning: size: The painting does not fit into memory. Try a smaller size." in out
    assert json.loads(Path("tile.json").read_text())["steps"] == 2

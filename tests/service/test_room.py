"""Whether there is room for a painting is known before it begins."""

from __future__ import annotations

import shutil
from types import SimpleNamespace

import pytest

from geometry.errors import InputError
from service import room
from service.recipe.parsing import parse_recipe
from service.scene import make_scene

GIB = 1 << 30


def recipe(size, target="tile", group="p4"):
    return parse_recipe({"target": target, "group": group, "size": size})


def check(given, free):
    room.check_memory(given, make_scene(given), free)


def test_too_little_memory_is_said_with_what_it_takes_and_what_would_fit():
    with pytest.raises(InputError) as caught:
        check(recipe(4096), 1 * GIB)
    assert caught.value.code == "too-large"
    assert "5.6 GiB" in caught.value.message and "1.0 GiB are free" in caught.value.message
    size = int(caught.value.hint.split()[4])
    check(recipe(size), 1 * GIB)  # the fix works
    check(recipe(4096), 6 * GIB)


def test_a_smaller_domain_takes_less():
    check(recipe(8192, "sphere", "532"), 3 * GIB)
    with pytest.raises(InputError) as caught:
        check(recipe(8192, "sphere", "1"), 6 * GIB)
    assert 4096 <= int(caught.value.hint.split()[4]) < 8192
    check(recipe(16384), 4 * GIB)
    with pytest.raises(InputError, match=r"take 3\.6 GiB") as caught:
        check(recipe(16384), 3.5 * GIB)
    assert int(caught.value.hint.split()[4]) <= 4096  # which is held as a whole
    with pytest.raises(InputError, match=r"take 4\.3 GiB"):
        check(recipe(16384).model_copy(update={"bits": 16}), 4 * GIB)
    check(recipe(8192, "frieze", "frieze-p11g"), 2.5 * GIB)
    with pytest.raises(InputError, match=r"take [12]\.\d GiB"):
        check(recipe(8192, "frieze", "frieze-p11g"), 1.5 * GIB)


def test_too_small_a_disk_is_said(tmp_path, monkeypatch):
    room.check_disk(recipe(8192), tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=100 << 20))
    room.check_disk(recipe(1024), tmp_path)
    with pytest.raises(InputError, match=r"0\.56 GiB .* where 100\.0 MiB are free") as caught:
        room.check_disk(recipe(8192), tmp_path)
    assert caught.value.code == "bad-output"
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=100 << 10))
    with pytest.raises(InputError, match=r"0\.6 MiB .* where 0\.1 MiB are free"):
        room.check_disk(recipe(256), tmp_path)


def test_too_small_a_disk_for_the_paint_of_a_large_tile_is_said(monkeypatch):
    def scratch(size):
        given = recipe(size)
        room.check_scratch(given, make_scene(given))

    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=4 * GIB))
    scratch(4096)  # none of it lies there
    scratch(8192)
    with pytest.raises(InputError, match=r"14\.06 GiB .* where 4\.00 GiB are free") as caught:
        scratch(16384)
    assert caught.value.code == "no-temporary-folder"


def files(root, **texts):
    for name, text in texts.items():
        path = root / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def test_a_containers_limit_counts(tmp_path):
    files(tmp_path, proc__meminfo="MemTotal: 99 kB\nMemAvailable:  8388608 kB\n")
    assert room.free_memory(tmp_path) == 8 * GIB
    group = tmp_path / "sys/fs/cgroup/jobs"
    files(tmp_path, proc__self__cgroup="0::/jobs/one\n")
    (group / "one").mkdir(parents=True)
    (group / "memory.max").write_text(f"{3 * GIB}\n")
    (group / "memory.current").write_text(f"{2 * GIB}\n")
    (group / "memory.stat").write_text(f"anon 5\ninactive_file {GIB}\n")
    (group / "one/memory.max").write_text("max\n")
    assert room.free_memory(tmp_path) == 2 * GIB  # that of the outer one; kept files can go


def test_so_does_that_of_older_systems(tmp_path):
    files(tmp_path, proc__self__cgroup="5:cpu:/x\n4:memory:/docker/abc\n")
    group = tmp_path / "sys/fs/cgroup/memory"
    group.mkdir(parents=True)
    (group / "memory.limit_in_bytes").write_text(f"{GIB}")
    (group / "memory.usage_in_bytes").write_text(f"{GIB // 4}")
    assert room.free_memory(tmp_path) == 3 * GIB // 4

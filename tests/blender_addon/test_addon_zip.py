"""The zips of `make extension`: what is in them, and that Blender takes, runs and keeps them."""

from __future__ import annotations

import ast
import functools
import http.server
import json
import re
import subprocess
import sys
import threading
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from clean_blender import SERVICE_PYTHON, CleanBlender
from fake_service import FakeService

from blender_addon.panels import manual
from recipes.demo import free_address
from release import extension, wheels

HERE = Path(__file__).parent
SERVICE = f"setup/orbitex-{extension.version()}-py3-none-any.whl"  # Install Service installs it
EDITION = extension.EDITIONS[sys.version_info >= (3, 13)]  # the one for the Blender at hand


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The zip for this machine and the Blender at hand."""
    try:
        return extension.build_zip(
            EDITION, extension.this_platform(), tmp_path_factory.mktemp("dist")
        )
    except wheels.FetchError as error:
        pytest.skip(f"no pyzmq wheel: {error}")


@pytest.fixture
def artist(tmp_path: Path) -> CleanBlender:
    return CleanBlender(tmp_path)


def files_of_the_addon() -> set[str]:
    return {
        str(file.relative_to(extension.ADDON))
        for file in extension.ADDON.rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }


def help_files() -> set[str]:
    docs = extension.ROOT / "docs"
    shown = re.findall(r"!\[[^\]]*\]\(([^)]+)\)", (docs / "blender.md").read_text())
    return {"help/blender.html"} | {f"help/{picture}" for picture in shown}


def test_the_zip_holds_the_addon_and_two_wheels(archive: Path) -> None:
    with zipfile.ZipFile(archive) as packed:
        names = {name for name in packed.namelist() if not name.endswith("/")}
        manifest = tomllib.loads(packed.read("blender_manifest.toml").decode())
        for name in ("link/wire.py", "link/answers.py", "link/uploads.py", "printable.py"):
            assert packed.read(name) == (extension.ADDON / name).read_bytes()
        assert str(manual.PAGE.relative_to(extension.ADDON)) in names
        assert all(info.external_attr >> 28 != 0o12 for info in packed.infolist())  # no links
    service, wheel = sorted(names - files_of_the_addon() - {"LICENSE"} - help_files())
    assert service == SERVICE
    assert files_of_the_addon() <= names
    assert wheel.startswith(f"wheels/pyzmq-{wheels.PYZMQ}-") and manifest["wheels"] == [
        f"./{wheel}"
    ]
    assert manifest["platforms"] == [extension.this_platform()]
    assert set(manifest["permissions"]) == {"network", "files"}
    assert archive.stat().st_size < 15e6


def test_the_two_editions_meet(tmp_path: Path) -> None:
    """Every Blender from the first on gets just one of them."""
    source = (extension.ADDON / "blender_manifest.toml").read_text()
    old, new = (
        tomllib.loads(extension.manifest_of(edition, "linux-x64", "w.whl", source))
        for edition in extension.EDITIONS
    )
    assert old["blender_version_min"] == tomllib.loads(source)["blender_version_min"]
    assert old["blender_version_max"] == new["blender_version_min"]
    assert "blender_version_max" not in new
    rest = {"blender_version_min", "blender_version_max", "platforms", "wheels"}
    for made in (old, new):
        kept = {key: value for key, value in made.items() if key not in rest}
        assert kept | {"blender_version_min": "4.5.0"} == tomllib.loads(source)


def test_installed_and_painted(archive: Path, artist: CleanBlender, tmp_path: Path) -> None:
    script, file = HERE / "install_and_paint.py", tmp_path / "painted.blend"
    with FakeService(step_seconds=0.1) as service:
        done = artist.run(script, archive, file, artist.profile, SERVICE_PYTHON, service.address)
    assert done.returncode == 0 and "painted with" in done.stdout, done.stdout + done.stderr


@pytest.mark.slow
def test_installed_and_painted_for_real(
    archive: Path, artist: CleanBlender, tmp_path: Path
) -> None:
    script, file = HERE / "install_and_paint.py", tmp_path / "painted.blend"
    given = artist.profile, SERVICE_PYTHON, free_address()
    done = artist.run(script, archive, file, *given, timeout=240)
    assert done.returncode == 0 and "painted with" in done.stdout, done.stdout + done.stderr


@pytest.mark.slow
def test_a_missing_wheel_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    other = next(name for name in wheels.PLATFORMS if name != extension.this_platform())
    lines = extension.build([other], tmp_path / "dist", tmp_path / "cache")
    assert len(lines) == len(extension.EDITIONS)
    for line in lines:
        assert line.startswith(f"left out: {other} for Blender")
        assert "No matching distribution found for pyzmq" in line
    with pytest.raises(SystemExit, match="no pyzmq for"):
        extension.build([extension.this_platform()], tmp_path / "dist", tmp_path / "cache")


def test_the_legacy_zip_is_a_folder(tmp_path: Path) -> None:
    """Blender before 4.2 reads bl_info as text, from a folder in the zip."""
    with zipfile.ZipFile(extension.build_legacy(tmp_path)) as packed:
        names = {name for name in packed.namelist() if not name.endswith("/")}
        start = packed.read("orbitex/__init__.py").decode()
        scripts = {name: packed.read(name) for name in names if name.endswith(".py")}
    expected = files_of_the_addon() - {"blender_manifest.toml"} | {"LICENSE", SERVICE}
    expected |= help_files()
    assert names == {f"orbitex/{name}" for name in expected}
    (info,) = (
        node.value
        for node in ast.parse(start).body
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "bl_info"
    )
    assert "\nbl_info = {" in start and ast.literal_eval(info)["blender"] == (3, 4, 0)
    for name, text in scripts.items():
        ast.parse(text, name, feature_version=(3, 10))  # the Python of Blender 3.4 to 4.0


INSTALL_FROM_A_REPOSITORY = """
import sys
import bpy
bpy.context.preferences.system.use_online_access = True  # wanted for file:// as well
repositories = bpy.context.preferences.extensions.repos
new = repositories.new(name="Orbitex", module="own", remote_url=sys.argv[1])
index = list(repositories).index(new)
bpy.ops.extensions.repo_sync(repo_index=index)
bpy.ops.extensions.package_install(repo_index=index, pkg_id="orbitex", enable_on_install=True)
import zmq
print("installed", hasattr(bpy.types, "ORBITEX_OT_paint"), zmq.__file__)
"""


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    left_out = extension.build([extension.this_platform()], out)
    assert not left_out
    return out / "blender"


@pytest.fixture
def served(repository: Path) -> Iterator[str]:
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(repository))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.slow
@pytest.mark.parametrize("how", ["file", "http"])
def test_the_repository_installs(
    repository: Path, served: str, artist: CleanBlender, tmp_path: Path, how: str
) -> None:
    """Both editions are on offer; Blender takes the one that suits it."""
    listed = json.loads((repository / "index.json").read_text())["data"]
    assert len(listed) == len(extension.EDITIONS)
    script = tmp_path / "install.py"
    script.write_text(INSTALL_FROM_A_REPOSITORY)
    start = served if how == "http" else repository.as_uri()
    done = artist.run(script, f"{start}/index.json")
    assert f"installed True {artist.profile}" in done.stdout, done.stdout + done.stderr
    assert done.returncode == 0
    (manifest,) = artist.profile.glob("extensions/own/orbitex/blender_manifest.toml")
    installed = tomllib.loads(manifest.read_text())
    assert installed.get("blender_version_max") == EDITION.end


@pytest.mark.slow
def test_the_command_builds_every_platform(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "release.extension", "--out", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=240,
        cwd=extension.ROOT,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    built = {file.name for file in (tmp_path / "blender").glob("*.zip")}
    left_out = done.stdout.count("left out: ")
    assert len(built) + left_out == len(wheels.PLATFORMS) * len(extension.EDITIONS)
    assert sum(extension.this_platform() in name for name in built) == len(extension.EDITIONS)

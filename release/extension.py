"""Builds what artists install, from blender_addon/ (make extension):

    dist/blender/*.zip, index.json     an extension repository: for each platform two zips
    dist/orbitex-VERSION-legacy.zip    the add-on for Blender 3.4 to 4.1, which has no extensions

Two zips, because Blender refuses one with wheels for both of its Pythons: up to 5.0 Blender has
Python 3.11, and pyzmq has a wheel for just that; from 5.1 on 3.13, which takes its abi3 wheel.
Blender's own program builds and checks the zips; it comes with the bpy wheel.
"""

from __future__ import annotations

import argparse
import importlib.util
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from . import help_page
from .wheels import PLATFORMS, FetchError, Interpreter, build_service, fetch

ROOT = Path(__file__).resolve().parents[1]
ADDON = ROOT / "blender_addon"
CACHE = ROOT / "out" / "wheels"


@dataclass(frozen=True)
class Edition:
    """The Blenders that one wheel is for: from ``first`` (None: the manifest's own) to before
    ``end`` (None: no end)."""

    interpreter: Interpreter
    first: str | None = None
    end: str | None = None


EDITIONS = (
    Edition(Interpreter("3.11", "cp311"), end="5.1.0"),
    Edition(Interpreter("3.13", "abi3"), first="5.1.0"),
)


def this_platform() -> str:
    """Blender's name of the machine's platform."""
    system = {"Windows": "windows", "Darwin": "macos"}.get(platform.system(), "linux")
    arm = platform.machine().lower() in ("arm64", "aarch64")
    return f"{system}-{'arm64' if arm else 'x64'}"


def blender_ext(*arguments: str) -> None:
    """Run Blender's own extension program; raises SystemExit with its words if it refuses."""
    spec = importlib.util.find_spec("bpy")  # found, not imported: that takes a second
    folder = Path(spec.origin).parent if spec and spec.origin else Path()
    programs = sorted(folder.glob("*/scripts/addons_core/bl_pkg/cli/blender_ext.py"))
    if not programs:
        raise SystemExit("extension: there is no bpy wheel in this Python, and its builder with it")
    done = subprocess.run(
        [sys.executable, str(programs[-1]), *arguments], capture_output=True, text=True
    )
    if done.returncode:
        raise SystemExit(f"extension: {arguments[0]}: {(done.stdout + done.stderr).strip()}")


def manifest_of(edition: Edition, platform: str, wheel: str, source: str) -> str:
    """The manifest of one zip: ``source`` with its Blenders, its platform and its wheel."""
    old = re.search(r'^blender_version_min = "(.*)"$', source, re.MULTILINE)
    assert old is not None
    lines = [f'blender_version_min = "{edition.first or old[1]}"']
    if edition.end:
        lines.append(f'blender_version_max = "{edition.end}"  # the first that it is not for')
    lines += [f'platforms = ["{platform}"]', f'wheels = ["./wheels/{wheel}"]']
    return source[: old.start()] + "\n".join(lines) + source[old.end() :]


def version() -> str:
    """The add-on's."""
    return str(tomllib.loads((ADDON / "blender_manifest.toml").read_text())["version"])


def stage(folder: Path) -> None:
    """Copy the add-on into ``folder``, its links (wire.py and others) in the flesh: Blender's
    builder leaves links out without a word. With the service's wheel, which Install Service
    installs: so both are always of one release."""
    shutil.copytree(ADDON, folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "LICENSE", folder)
    build_service(ROOT, folder / "setup")
    help_page.write(ROOT / "docs" / "blender.md", folder / "help")


def build_zip(edition: Edition, platform: str, out: Path, cache: Path = CACHE) -> Path:
    """The checked extension zip of one platform and edition, in ``out``. Raises FetchError."""
    wheel = fetch(platform, edition.interpreter, cache)
    with tempfile.TemporaryDirectory() as temporary:
        source = Path(temporary) / "orbitex"
        stage(source)
        (source / "wheels").mkdir()
        shutil.copy(wheel, source / "wheels")
        manifest = source / "blender_manifest.toml"
        text = manifest_of(edition, platform, wheel.name, manifest.read_text())
        manifest.write_text(text)
        first = tomllib.loads(text)["blender_version_min"].rpartition(".")[0]
        target = out / f"orbitex-{version()}-blender{first}-{platform}.zip"
        out.mkdir(parents=True, exist_ok=True)
        blender_ext("build", "--source-dir", str(source), "--output-filepath", str(target))
    blender_ext("validate", str(target))
    return target


def build_legacy(out: Path) -> Path:
    """The zip for Blenders without extensions: a folder with bl_info, no manifest, no wheel."""
    target = out / f"orbitex-{version()}-legacy.zip"
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        stage(Path(temporary) / "orbitex")
        (Path(temporary) / "orbitex" / "blender_manifest.toml").unlink()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
            for file in sorted(Path(temporary).rglob("*")):
                packed.write(file, file.relative_to(temporary))
    return target


def build(platforms: Sequence[str], out: Path, cache: Path = CACHE) -> list[str]:
    """Everything, anew, for these platforms; a line for each zip that had to be left out.

    Raises SystemExit where Blender's builder refuses, or nothing is left for this machine.
    """
    repository = out / "blender"
    shutil.rmtree(repository, ignore_errors=True)
    repository.mkdir(parents=True)
    missing = []
    for name in platforms:
        for edition in EDITIONS:
            try:
                show(build_zip(edition, name, repository, cache))
            except FetchError as error:
                if name == this_platform():
                    raise SystemExit(f"extension: no pyzmq for {name}: {error}") from None
                blenders = f"from {edition.first} on" if edition.first else f"before {edition.end}"
                missing.append(f"left out: {name} for Blender {blenders}: {error}")
    blender_ext("server-generate", "--repo-dir", str(repository), "--html")
    show(repository / "index.json")
    show(build_legacy(out))
    return missing


def show(file: Path) -> None:
    """One line: the size and the file."""
    print(f"{file.stat().st_size / 1e6:6.2f} MB  {file}")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("dist"), help="folder to write to")
    parser.add_argument(
        "--platform", action="append", choices=PLATFORMS, help="only this one; may be repeated"
    )
    given = parser.parse_args()
    for line in build(given.platform or list(PLATFORMS), given.out):
        print(line)


if __name__ == "__main__":
    main()

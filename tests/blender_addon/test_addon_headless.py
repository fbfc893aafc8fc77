"""Painting from scripts: what is printed, exit codes, Ctrl-C, and an end that does not hang.

None of the scripts unregisters the add-on: bpy 4.5 would hang at exit (trap A of the notes).
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from clean_blender import ROOT
from fake_service import FakeService
from patience import PATIENCE

from release import extension

START = "import bpy, blender_addon; blender_addon.register()"
SPHERE = "bpy.ops.mesh.primitive_uv_sphere_add()"
PAINT = "print(bpy.ops.orbitex.paint(address='{address}', autostart=False, size=64))"
KEPT = "print('packed', bpy.context.object.orbitex.image.packed_file is not None)"
BLENDER = shutil.which("blender")
needs_blender = pytest.mark.skipif(not BLENDER, reason="no Blender program on this machine")


class Script:
    """A script in bpy, or, with ``legacy``, in the Blender program with the legacy zip."""

    def __init__(self, folder: Path, service: FakeService | str, legacy: bool, *lines: str) -> None:
        address = service if isinstance(service, str) else service.address
        text = "\n".join(lines).format(address=address)
        if legacy:
            command = [str(BLENDER), "-b", "--python-exit-code", "3", "--python-expr", text]
        else:
            command = [sys.executable, "-c", f"{START}\n{text}"]
        user = {f"BLENDER_USER_{kind}": str(folder) for kind in ("RESOURCES", "CONFIG", "SCRIPTS")}
        self.process = subprocess.Popen(
            command,
            env=dict(os.environ, PYTHONPATH=str(ROOT), PYTHONUNBUFFERED="1", **user),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.limit = threading.Timer(PATIENCE, self.process.kill)
        self.limit.start()
        self.said: list[str] = []

    def until(self, words: str) -> None:
        """Read until a line has these words."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line)
            if words in line:
                return
        raise AssertionError(f"'{words}' was not said: {self.said}")

    def end(self) -> tuple[int, str, str]:
        """(exit code, stdout, stderr); it was killed if it does not end by itself."""
        out, errors = self.process.communicate()
        self.limit.cancel()
        return self.process.returncode, "".join(self.said) + out, errors


@pytest.fixture(params=[False, pytest.param(True, marks=[needs_blender, pytest.mark.slow])])
def legacy(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[bool]:
    """Whether scripts run in the Blender program, with the legacy zip installed."""
    if request.param:
        archive = extension.build_legacy(tmp_path)
        installing = Script(
            tmp_path,
            "",
            True,
            f"import bpy\nbpy.ops.preferences.addon_install(filepath={str(archive)!r})",
            "bpy.ops.preferences.addon_enable(module='orbitex')\nbpy.ops.wm.save_userpref()",
        )
        code, said, errors = installing.end()
        assert code == 0, said + errors
    yield request.param


@pytest.mark.slow
def test_paint_waits_and_prints(tmp_path: Path, legacy: bool) -> None:
    with FakeService(steps=40) as service:
        script = Script(tmp_path, service, legacy, "import bpy", SPHERE, PAINT, KEPT)
        code, said, errors = script.end()
    assert code == 0, said + errors
    assert "orbitex: stage 1/2, step" in said and "orbitex: Finished after" in said
    assert "{'FINISHED'}" in said and "packed True" in said


def test_an_error_is_an_exit_code(tmp_path: Path, legacy: bool) -> None:
    script = Script(tmp_path, "tcp://127.0.0.1:9", legacy, "import bpy", SPHERE, PAINT, "print(1)")
    code, said, errors = script.end()
    assert code == (3 if legacy else 1), said + errors
    assert "No service at tcp://127.0.0.1:9." in said + errors and "\n1\n" not in said
    # An error of the script's own, with the add-on enabled, ends no worse.
    code, said, errors = Script(tmp_path, "", legacy, "raise ValueError('mine')").end()
    assert code == (3 if legacy else 1) and "mine" in said + errors, said + errors


def test_ctrl_c_finishes_with_the_best_so_far(tmp_path: Path, legacy: bool) -> None:
    with FakeService(steps=10_000) as service:
        script = Script(tmp_path, service, legacy, "import bpy", SPHERE, PAINT, KEPT)
        script.until("step")
        script.process.send_signal(signal.SIGINT)
        code, said, errors = script.end()
        assert not service.cancelled
    assert code == 0, said + errors
    assert "Finishing with the best so far" in said and "packed True" in said


def test_signals_of_a_system_that_ends_finish_with_the_best_so_far(
    tmp_path: Path, legacy: bool
) -> None:
    with FakeService(steps=10_000) as service:
        script = Script(tmp_path, service, legacy, "import bpy", SPHERE, PAINT, KEPT)
        script.until("step")
        for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGTERM):  # a session sends several
            script.process.send_signal(number)
        code, said, errors = script.end()
        assert not service.cancelled
    assert code == 0, said + errors
    assert "Finishing with the best so far" in said and "packed True" in said


def test_a_terminal_that_is_gone_ends_no_painting(tmp_path: Path, legacy: bool) -> None:
    kept = KEPT.replace("print(", "print(file=sys.stderr, *(").replace("None)", "None))")
    with FakeService(steps=20) as service:
        script = Script(tmp_path, service, legacy, "import bpy, sys", SPHERE, PAINT, kept)
        script.until("orbitex:")
        assert script.process.stdout is not None and script.process.stderr is not None
        script.process.stdout.close()  # as '| head -1' does
        errors = script.process.stderr.read()
        code = script.process.wait()
        script.limit.cancel()
    assert code == 0, errors
    assert "packed True" in errors and "Traceback" not in errors


@pytest.mark.slow
def test_ctrl_c_twice_cancels(tmp_path: Path, legacy: bool) -> None:
    with FakeService(steps=10_000, deaf_to=("finish",)) as service:
        script = Script(tmp_path, service, legacy, "import bpy", SPHERE, PAINT, "print('on')")
        script.until("step")
        script.process.send_signal(signal.SIGINT)
        script.until("once more to cancel")
        script.process.send_signal(signal.SIGINT)
        code, said, errors = script.end()
    assert code not in (0, -signal.SIGKILL), said + errors
    assert "KeyboardInterrupt" in said + errors and "\non\n" not in said

"""Streams that go away, and signals: no painting is lost with what it was told to."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from commands import ROOT
from cows import QUICK
from patience import limited
from PIL import Image

from service.cli import main
from service.cli.progress import shown_progress
from service.cli.stopping import finish_on_interrupt, interrupt_on_hangup


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

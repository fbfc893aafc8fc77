"""The client of the wire's page, as a reader would run it: another process, on a real service."""

import subprocess
import sys

import numpy as np

from service.serving.protocol.page import EXAMPLE


def run_client(address, program=EXAMPLE):
    return subprocess.run([sys.executable, program, address], capture_output=True, timeout=60)


def test_it_is_short_and_needs_nothing_of_orbitex():
    text = EXAMPLE.read_text()
    assert len(text.splitlines()) <= 30
    assert "import service" not in text and "from service" not in text


def test_it_shows_the_progress_and_saves_the_picture(service, client):
    done = run_client(service.address)
    assert done.returncode == 0, done.stderr
    said = done.stderr.decode().splitlines()
    job = said[-1].split()[0]
    assert said[-1] == f"{job} finished, step 40"
    assert all(line.startswith(f"{job} ") for line in said)
    head, _, pixels = done.stdout.partition(b"255\n")
    texture, _receipt = client.result(job)
    assert head.split() == [b"P6", b"256", b"256"]
    np.testing.assert_array_equal(np.frombuffer(pixels, np.uint8).reshape(256, 256, 3), texture)


def test_what_the_service_refuses_is_told_in_one_line(tmp_path, service):
    changed = tmp_path / "client.py"
    changed.write_text(EXAMPLE.read_text().replace('"size"', '"syze"'))
    done = run_client(service.address, changed)
    assert done.returncode == 1 and done.stdout == b""
    assert b"syze" in done.stderr and done.stderr.count(b"\n") == 1

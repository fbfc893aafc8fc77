"""The service that the add-on starts, when Blender dies without a word."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from clean_blender import SERVICE_PYTHON
from patience import PATIENCE, limited

BLENDER = """
import sys, time
from blender_addon import service_process
service_process.IDLE_EXIT_SECONDS = 1
child = service_process.ServiceProcess(sys.argv[1], sys.argv[2])
while not any(line.startswith("ready") for line in child.log):
    assert child.death() is None, child.death()
    time.sleep(0.05)
print(child._process.pid, flush=True)
time.sleep(600)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_it_ends_by_itself_after_its_idle_time(tmp_path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{probe.getsockname()[1]}"
    root = Path(__file__).parents[2]
    environment = os.environ | {"ORBITEX_DATA": str(tmp_path), "PYTHONPATH": str(root)}
    blender = subprocess.Popen(
        [sys.executable, "-c", BLENDER, address, SERVICE_PYTHON],
        env=environment,
        stdout=subprocess.PIPE,
    )
    with blender, limited(blender):
        service = int(blender.stdout.readline())
        blender.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + PATIENCE
    while alive(service):
        assert time.monotonic() < deadline, "it lives on"
        time.sleep(0.05)


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return (
        not Path(f"/proc/{pid}/stat").exists() or " Z " not in Path(f"/proc/{pid}/stat").read_text()
    )

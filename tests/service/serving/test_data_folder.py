"""The folder of jobs, and other folders that a service uses: nobody else may write there, nothing
is left there, and none is taken for another."""

import logging
import os
import shutil
import signal
import subprocess
import sys
import tempfile

import pytest
from patience import PATIENCE
from service_process import (
    ServiceProcess,
    environment,
    eventually,
    recipe,
    refused,
    running,
    service_command,
    until_running,
)

from service.cli.doctor import serving_findings
from service.serving.admission import Admission
from service.serving.client import Client
from service.serving.jobs.folder_rights import check_own, check_way
from service.serving.jobs.ledger import Ledger
from service.serving.keys import KeyFolder
from service.serving.processes.folder_lock import FolderLock
from service.serving.processes.socket_folder import SocketFolder, sweep
from service.serving.serve import private_service
from service.serving.settings import Settings

pytestmark = pytest.mark.skipif(os.name != "posix", reason="Windows has no such modes")


# --- who may write ---


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o1777, 0o702])
def test_a_folder_that_others_may_write_to_is_refused(tmp_path, mode):
    folder = tmp_path / "my jobs"
    folder.mkdir()
    folder.chmod(mode)
    with refused("exposed-data") as caught:
        Ledger(folder)
    of_all = mode == 0o1777  # as /tmp, which must stay so
    assert caught.value.hint == (
        "Choose a folder of your own." if of_all else f"chmod 700 '{folder}'"
    )
    assert next(finding.level for finding in serving_findings.data_folder(folder)) == "bad"
    folder.chmod(0o755)  # others may look: the files say what they may read
    Ledger(folder).close()
    assert not any(f.level == "bad" for f in serving_findings.data_folder(folder))


def test_a_folder_of_another_user_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    with refused("exposed-data") as caught:
        check_own(tmp_path, "exposed-data", "data")
    assert "another user" in caught.value.message


def test_a_folder_that_others_could_replace_is_refused(tmp_path):
    above = tmp_path / "shared"
    above.mkdir()
    data = above / "own" / "jobs"
    for mode, is_fine in ((0o777, False), (0o1777, True), (0o755, True), (0o775, True)):
        above.chmod(mode)
        if is_fine:
            check_way(data, "exposed-data", "data")
        else:
            with refused("exposed-data") as caught:
                check_way(data, "exposed-data", "data")
            assert caught.value.hint == f"chmod go-w {above}"
    above.chmod(0o777)
    command = service_command(data=data)
    ended = subprocess.run(
        command, env=environment(), capture_output=True, text=True, timeout=PATIENCE
    )
    assert ended.returncode and "exposed-data" in ended.stderr and not data.exists()


def test_a_group_of_ones_own_is_not_others(tmp_path, monkeypatch):
    tmp_path.chmod(0o770)
    check_way(tmp_path / "jobs", "exposed-data", "data")
    monkeypatch.setattr(os, "getegid", lambda: tmp_path.stat().st_gid + 1)
    with refused("exposed-data"):
        check_way(tmp_path / "jobs", "exposed-data", "data")


def test_a_folder_of_keys_that_others_may_add_to_is_refused(tmp_path):
    import zmq

    keys = KeyFolder(tmp_path / "keys")
    keys.new("laptop")
    (tmp_path / "keys" / "allowed").chmod(0o777)
    with zmq.Context() as context, refused("exposed-key") as caught:
        Admission(keys, context)
    assert caught.value.hint.startswith("chmod 700 ")


# --- whether it is still there ---


def test_a_lock_notices_that_its_folder_is_another(tmp_path):
    folder = tmp_path / "jobs"
    folder.mkdir()
    lock = FolderLock(folder)
    assert not lock.lost
    folder.rename(tmp_path / "moved")
    assert lock.lost
    folder.mkdir()
    other = FolderLock(folder)
    assert lock.lost and not other.lost
    other.release()
    shutil.rmtree(folder)
    (tmp_path / "moved").rename(folder)
    assert not lock.lost
    (folder / "lock").unlink()
    assert lock.lost
    lock.release()


def test_a_service_whose_folder_was_removed_ends_and_writes_nothing_into_the_next(tmp_path):
    first = ServiceProcess(tmp_path / "first.txt", data=tmp_path / "jobs")
    with Client(first.address, timeout=PATIENCE) as client:
        job = client.submit(recipe(step_ms=20, steps=100_000))
        until_running(client, job)
        shutil.rmtree(tmp_path / "jobs", ignore_errors=True)
        shutil.rmtree(tmp_path / "jobs", ignore_errors=True)  # a worker may have written meanwhile
        with running(tmp_path / "second.txt", data=tmp_path / "jobs") as second:
            assert first.end() != 0
            assert "data-lost" in first.log() and "Traceback" not in first.log()
            with Client(second.address, timeout=PATIENCE) as other:
                assert other.jobs() == []
    assert not (tmp_path / "jobs" / job).exists()


def test_a_job_that_comes_before_it_is_noticed_is_refused(tmp_path):
    from service.recipe.recipe import Recipe
    from service.serving.jobs.job import Inputs

    ledger = Ledger(tmp_path / "jobs")
    (tmp_path / "jobs").rename(tmp_path / "moved")
    (tmp_path / "jobs").mkdir()
    with refused("data-lost"):
        ledger.add(Inputs(Recipe(target="tile", group="p6"), [], {}))
    ledger.close()
    assert list((tmp_path / "jobs").iterdir()) == [] and ledger.all() == []


def test_a_batch_whose_folder_was_removed_says_so(tmp_path):
    settings = Settings(tmp_path / "jobs", painter="fake_painter:fake_painter")
    with refused("data-lost"), private_service(settings) as address:
        with Client(address, timeout=PATIENCE) as client:
            client.jobs()
        shutil.rmtree(tmp_path / "jobs")
        with Client(address, timeout=0.3) as client:
            while True:
                client.jobs()


# --- what is left of those that were killed ---


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def test_only_what_nobody_uses_is_swept(temporary):
    used = SocketFolder()
    script = (
        "import os, signal, sys, tempfile; tempfile.tempdir = sys.argv[1]\n"
        "from service.serving.processes.socket_folder import SocketFolder\n"
        "kept = SocketFolder(); os.kill(os.getpid(), signal.SIGKILL)"
    )
    command = [sys.executable, "-c", script, str(temporary)]
    assert subprocess.run(command, env=environment()).returncode == -signal.SIGKILL
    (temporary / "orbitex-of-a-test").mkdir()
    (temporary / "orbitex-link").symlink_to(used.path)
    (temporary / "orbitex-file").touch()
    assert len(list(temporary.iterdir())) == 5
    sweep()
    left = {path.name for path in temporary.iterdir()}
    assert left == {used.path.name, "orbitex-of-a-test", "orbitex-link", "orbitex-file"}
    used.remove()
    assert not used.path.exists()


def test_a_service_sweeps_what_a_killed_one_left(tmp_path):
    env = environment() | {"TMPDIR": str(tmp_path / "tmp")}
    (tmp_path / "tmp").mkdir()
    data = tmp_path / "jobs"
    killed = ServiceProcess(
        tmp_path / "1.txt", data=data, env=env, painter="fake_painter:painter_that_takes_long"
    )
    assert list((tmp_path / "tmp").glob("orbitex-*"))
    killed.kill()
    assert list((tmp_path / "tmp").glob("orbitex-*"))
    with running(tmp_path / "2.txt", data=data, env=env):
        assert eventually(lambda: not list((tmp_path / "tmp").glob("orbitex-*")))


# --- what is logged ---


def test_a_file_that_is_no_key_is_logged_once_until_it_changes(tmp_path, caplog):
    keys = KeyFolder(tmp_path)
    keys.new("laptop")
    junk = tmp_path / "allowed" / "junk.pub"
    junk.write_text("{}")
    with caplog.at_level(logging.WARNING):
        for _ in range(5):
            assert [key.name for key in keys.allowed()] == ["laptop"]
        assert len(caplog.records) == 1
        junk.write_text("[]")
        os.utime(junk, ns=(1, 1))
        keys.allowed()
        keys.allowed()
        assert len(caplog.records) == 2
        shutil.copy(tmp_path / "allowed" / "laptop.pub", junk)
        assert len(keys.allowed()) == 2
        junk.write_text("[]")
        os.utime(junk, ns=(1, 1))
        keys.allowed()
    assert len(caplog.records) == 3  # it was fine in between

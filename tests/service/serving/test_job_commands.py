"""The commands about a service's jobs, on a real service with a painter of plain NumPy."""

import contextlib
import json
import signal
import subprocess
import sys
import threading
import types

import pytest
from PIL import Image
from service_process import environment, recipe, until_running

from geometry.errors import InputError
from service import cli
from service.cli import main
from service.serving.client import Client


@pytest.fixture
def command(service, capsys):
    """Run 'service WORDS' against the service: (exit code, standard output, standard error)."""

    def run(*words):
        return main([*words, "--address", service.address]), *capsys.readouterr()

    return run


@contextlib.contextmanager
def watching(service, job, *more):
    """'service watch JOB' in a process of its own."""
    words = [sys.executable, "-m", "service", "watch", job, *more, "--address", service.address]
    pipe = subprocess.PIPE
    with subprocess.Popen(words, env=environment(), stdout=pipe, stderr=pipe, text=True) as process:
        alarm = threading.Timer(30, process.kill)  # whoever reads of it does not wait for ever
        alarm.start()
        try:
            yield process
        finally:
            alarm.cancel()
            process.kill()


def listed(command, job):
    code, out, _ = command("jobs", "--json")
    assert code == 0
    return next((entry for entry in json.loads(out) if entry["job"] == job), None)


def test_a_job_is_listed_paused_resumed_watched_and_forgotten(service, command, tmp_path):
    with Client(service.address) as client:
        job = client.submit(recipe(steps=60, step_ms=10))
        until_running(client, job)
        assert command("pause", job) == (0, f"{job}  paused\n", "")
        assert listed(command, job)["state"] == "paused"
        assert job in command("jobs")[1]
        assert command("resume", job)[0] == 0
        code, out, _ = command("watch", job, "-o", str(tmp_path / "kept.png"))
        assert code == 0 and out.splitlines()[-2].startswith("finished  step 60/60")
        assert Image.open(tmp_path / "kept.png").size == client.result(job)[0].shape[1::-1]
        assert command("pause", job) == (0, f"{job}  finished\n", "")  # as it was
        assert command("forget", job)[0] == 0
        assert listed(command, job) is None


def test_a_recipe_is_submitted_with_its_files(service, command, tmp_path):
    Image.new("RGB", (80, 60), "teal").save(tmp_path / "teal.png")
    file = tmp_path / "recipe.json"
    file.write_text(json.dumps(recipe(steps=9, styles=[{"source": "teal.png"}])))
    code, out, _ = command("submit", str(file), "--set", "steps=3")
    job = out.strip()
    assert code == 0 and listed(command, job)["steps"] in (None, 3)
    assert command("watch", job)[1].splitlines()[-1].startswith("finished  step 3/3")
    with Client(service.address) as client:
        (style,) = client.attach(job)["recipe"]["styles"]
    assert style["source"] == "buffer:style0"  # the service knows nothing of our files
    (square := tmp_path / "square.obj").write_text("v 0 0 0\nv 1 0 0\nv 1 1 0\nf 1 2 3\n")
    mesh = ("--set", "target=mesh", "--set", 'group="1"', "--set", f"mesh={square}")
    code, out, err = command("submit", str(file), *mesh, "--set", "unwrap=true")
    assert (code, out) == (2, "") and err.startswith("error: unwrap: ") and err.count("\n") == 1
    code, _, err = command("submit", str(file), "--set", "group=533")
    assert code == 2 and err.startswith("error: group: ") and err.count("\n") == 1


def test_watch_says_at_once_that_a_job_rests_and_follows_it_from_there(service, command):
    with Client(service.address) as client:
        job = client.submit(recipe(steps=60, step_ms=10))
        until_running(client, job)
        client.pause(job)
        with watching(service, job) as watch:
            assert watch.stdout.readline().split()[0] == "paused"
            client.resume(job)
            assert watch.stdout.readline().split()[0] in ("queued", "running")
            client.finish(job)
            assert watch.stdout.read().splitlines()[-1].startswith("finished  step")
            assert watch.wait(timeout=10) == 0


def test_watching_for_a_reader_ends_with_it_and_for_a_file_does_not(service, tmp_path):
    with Client(service.address) as client:
        job = client.submit(recipe(steps=100_000, step_ms=10))
        with watching(service, job) as watch:
            assert watch.stdout.readline()
            watch.stdout.close()  # as '| head -1' does
            assert watch.stderr.read() == "" and watch.wait(timeout=20) == 0
        kept = tmp_path / "kept.png"
        with watching(service, job, "-o", str(kept)) as watch:
            assert watch.stdout.readline()
            watch.stdout.close()
            client.finish(job)
            assert watch.stderr.read() == "" and watch.wait(timeout=20) == 0
        assert kept.exists()


def test_ctrl_c_ends_the_watching_and_not_the_job(service, command):
    with Client(service.address) as client:
        job = client.submit(recipe(steps=100_000, step_ms=10))
        with watching(service, job) as watch:
            assert watch.stdout.readline()
            watch.send_signal(signal.SIGINT)
            assert "The job goes on." in watch.communicate(timeout=10)[1]
            assert watch.returncode == 130
        assert command("finish", job)[0] == 0
        assert command("watch", job)[1].splitlines()[-1].startswith("finished")


def test_ctrl_c_while_the_commands_are_still_imported_is_no_traceback(monkeypatch, capsys):
    class Interrupted(types.ModuleType):
        def __getattr__(self, name):
            raise KeyboardInterrupt

    cli.command.cache_clear()
    monkeypatch.setitem(sys.modules, "service.cli.app", Interrupted("service.cli.app"))
    assert main(["jobs"]) == 130
    assert capsys.readouterr().err == "interrupted\n"


@pytest.mark.parametrize("address", ["127.0.0.1:5577", "tcp://127.0.0.1", "http://x:5577", ""])
def test_what_is_no_address_is_refused_in_one_line(address, capsys):
    assert main(["jobs", "--address", address]) == 2
    err = capsys.readouterr().err
    assert err.startswith("error: address: ") and err.count("\n") == 1


def test_a_key_for_a_service_without_keys_is_named_as_a_reason(service, keys):
    key = keys.folder / "clients" / "owner.key"
    with pytest.raises(InputError) as caught, Client(service.address, 0.5, key) as client:
        client.jobs()
    assert "one without keys answers no key" in caught.value.hint


def test_a_file_that_is_no_client_s_key_is_not_to_be_removed(service, keys, command):
    code, _, err = command("jobs", "--key", str(keys.folder / "server.key"))
    assert code == 2
    assert err.startswith("error: key: ") and "printed" in err and "emove" not in err


def test_a_mask_that_is_not_there_is_called_a_mask(command):
    code, _, err = command("repaint", "7-none", "--mask", "absent.png", "--seed", "1")
    assert code == 2
    assert err == "error: mask: There is no file absent.png. Check its name.\n"


def test_a_cancelled_job_stays_in_the_list_until_it_is_forgotten(service, command):
    with Client(service.address) as client:
        job = client.submit(recipe(steps=1000, step_ms=10))
        assert command("cancel", job)[0] == 0
        assert listed(command, job)["state"] == "cancelled"
        assert command("watch", job)[0] == 0


@pytest.mark.parametrize("words", [("watch", "7-none"), ("forget", "7-none"), ("pause", "7-none")])
def test_unknown_jobs_are_refused_in_one_line(command, words):
    code, _, err = command(*words)
    assert code == 2
    assert "7-none" in err and err.count("\n") == 1

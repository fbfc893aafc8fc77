"""The commands about a service's jobs, on a real service with a painter of plain NumPy."""

import json

import pytest
from PIL import Image
from service_process import recipe, until_running

from service.cli import main
from service.serving.client import Client


@pytest.fixture
def command(service, capsys):
    """Run 'service WORDS' against the service: (exit code, standard output, standard error)."""

    def run(*words):
        return main([*words, "--address", service.address]), *capsys.readouterr()

    return run


def listed(command, job):
    code, out, _ = command("jobs", "--json")
    assert code == 0
    return next((entry for entry in json.loads(out) if entry["job"] == job), None)


def test_a_job_is_listed_paused_resumed_watched_and_forgotten(service, command, tmp_path):
    with Client(service.address) as client:
        job = client.submit(recipe(steps=60, step_ms=10))
        until_running(client, job)
        assert command("pause", job)[0] == 0
        assert listed(command, job)["state"] == "paused"
        assert job in command("jobs")[1]
        assert command("resume", job)[0] == 0
        code, out, _ = command("watch", job, "-o", str(tmp_path / "kept.png"))
        assert code == 0 and out.splitlines()[-2].startswith("finished  step 60/60")
        assert Image.open(tmp_path / "kept.png").size == client.result(job)[0].shape[1::-1]
        assert command("forget", job)[0] == 0
        assert listed(command, job) is None


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

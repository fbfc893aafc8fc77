"""Jobs that are steered, through a real service: what was answered holds, whatever dies then."""

import os
import signal
import sys

import numpy as np
import pytest
from expected import finish_as_if_nothing_had_happened, texture_of
from service_process import (
    ServiceProcess,
    ask,
    eventually,
    recipe,
    refused,
    running,
    until_running,
)

from service.cli import main
from service.recipe.parsing import parse_recipe
from service.serving.client import Client
from service.serving.jobs.job_folder import JobFolder

ORDER = recipe(step_ms=5, steps=100_000)


def taken(service, job):
    return JobFolder(service.data / job).read_steering()


def test_a_running_job_is_adjusted_from_its_next_step_on(service, client):
    job = client.submit(ORDER)
    before = client.frame(job, after=10, max_size=8).progress["step"]
    now = client.adjust(job, {"objective.style": 3, "steps": 90_000})
    assert (now["objective"]["style"], now["steps"]) == (3, 90_000)
    assert ask(client, "attach", job)["recipe"] == now
    step = client.frame(job, after=before, max_size=8).progress["step"]
    assert eventually(lambda: taken(service, job))
    receipt = finish_as_if_nothing_had_happened(client, job)
    assert receipt["recipe"] == parse_recipe(ORDER).model_dump(mode="json")
    (entry,) = receipt["steering"]
    assert before <= entry["step"] <= step
    assert entry["changes"].keys() == {"objective", "steps"}
    assert not np.array_equal(texture_of(receipt), texture_of(receipt | {"steering": []}))


def test_fewer_steps_than_it_has_taken_end_it(client):
    job = client.submit(ORDER)
    step = client.frame(job, after=10, max_size=8).progress["step"]
    client.adjust(job, {"steps": 5})
    end = list(client.frames(job, max_size=8))[-1]
    assert end.state == "finished" and end.progress["step"] >= step


def test_a_job_that_waits_is_painted_adjusted_from_its_first_step_on(client):
    first = client.submit(recipe(step_ms=20, steps=100_000))
    until_running(client, first)
    job = client.submit(ORDER)
    client.adjust(job, {"learning_rate": 0.5})
    client.adjust(job, {"learning_rate": 0.25, "views": 3})
    client.adjust(job, {"learning_rate": 0.25})  # nothing new
    client.cancel(first)
    receipt = finish_as_if_nothing_had_happened(client, job)
    assert [entry["step"] for entry in receipt["steering"]] == [0, 0]


def adjusted_and_killed(client, job, kill):
    """Adjust a job twice; ``kill`` something after each answer, when a checkpoint is there."""
    for changes in ({"learning_rate": 0.5}, {"objective": {"colour": 7}}):
        client.frame(job, after=client.frame(job, max_size=8).progress["step"] + 20, max_size=8)
        client.adjust(job, changes)
        kill()


@pytest.mark.skipif(sys.platform != "linux", reason="signals")
def test_a_worker_that_is_killed_changes_nothing(service, client):
    job = client.submit(ORDER)
    adjusted_and_killed(client, job, lambda: os.kill(service.worker(), signal.SIGKILL))
    assert eventually(lambda: len(taken(service, job)) == 2)
    receipt = finish_as_if_nothing_had_happened(client, job)
    assert len(receipt["steering"]) == 2


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="signals")
def test_a_service_that_is_killed_has_not_forgotten(tmp_path):
    service = ServiceProcess(tmp_path / "log.txt")
    with Client(service.address) as client:
        job = client.submit(ORDER)
        client.frame(job, after=30, max_size=8)
        client.adjust(job, {"views": 5})
    service.kill()
    with running(tmp_path / "log.txt") as service, Client(service.address) as client:
        assert ask(client, "attach", job)["recipe"]["views"] == 5
        receipt = finish_as_if_nothing_had_happened(client, job)
        assert [entry["changes"] for entry in receipt["steering"]] == [{"views": 5}]


def test_a_paused_job_goes_on_adjusted(client):
    job = client.submit(ORDER)
    step = client.frame(job, after=20, max_size=8).progress["step"]
    client.pause(job)
    assert client.adjust(job, {"styles.0.weight": 2})["styles"][0]["weight"] == 2
    client.resume(job)
    receipt = finish_as_if_nothing_had_happened(client, job)
    assert receipt["steering"][0]["step"] >= step


def test_what_cannot_be_is_refused_and_changes_nothing(client):
    job = client.submit(recipe(step_ms=20, steps=100_000))
    until_running(client, job)
    for code, changes in [
        ("unknown-field", {"learning_rat": 1}),
        ("not-adjustable", {"learning_rate": 0.5, "size": 128}),
        ("bad-value", {"views": 0}),
        ("bad-value", {}),
        ("too-large", {f"k{n}": 0 for n in range(100)}),
        ("bad-value", {"x" * 300: 0}),
    ]:
        with refused(code):
            client.adjust(job, changes)
    assert ask(client, "attach", job)["recipe"]["learning_rate"] == 0.3
    client.cancel(job)
    with refused("has-ended"):
        client.adjust(job, {"views": 2})
    vertices = {"vertices": np.zeros((3, 3), np.float32)}
    mesh = client.submit(recipe(target="mesh", group="1", step_ms=20), vertices)
    with refused("missing-base"):
        client.adjust(mesh, {"objective.content": 1})
    client.cancel(mesh)


def test_the_command_says_it_as_run_does(service, client, capsys):
    job = client.submit(recipe(step_ms=20, steps=100_000))
    words = ["adjust", job, "--address", service.address]
    assert main([*words, "--set", "objective.style=2", "--set", "quality=draft"]) == 0
    now = ask(client, "attach", job)["recipe"]
    assert now["objective"]["style"] == 2 and now["quality"] == "draft"
    assert main([*words, "--set", "seed=2"]) == 2
    error = capsys.readouterr().err
    assert "What can be changed: objective," in error and error.count("\n") == 1
    client.cancel(job)

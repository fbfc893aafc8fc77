"""docs/scaling.md and its examples say what the service and Ray take."""

import json
import re
import shlex
from importlib.util import find_spec
from pathlib import Path

import pytest
import typer

from service.cli.app import app

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/scaling.md").read_text()
CLUSTER, JOB = (
    (ROOT / f"docs/examples/ray-{name}.yaml").read_text() for name in ("cluster", "job")
)


def taken(line):
    """Let the real command line read the words after ``service``, without running them."""
    words = shlex.split(line, comments=True)
    name, *words = words[next(k for k, word in enumerate(words) if word.endswith("service")) + 1 :]
    command = typer.main.get_command(app).commands[name]
    return name, command.make_context(name, words).params


def test_the_command_line_takes_every_command_of_the_page():
    lines = re.findall(r"^    (?:ray exec \S+ ')?((?:\S*/)?service [^'\n]+)", PAGE, re.MULTILINE)
    found = [taken(line) for line in lines]
    assert {name for name, _ in found} == {"serve", "batch", "run"}
    engines = {given["engine"] for name, given in found if name != "run"}
    assert engines == {"local", "ray"}


def test_the_example_job_is_one_of_kuberay():
    yaml = pytest.importorskip("yaml")
    job = yaml.safe_load(JOB)
    assert (job["apiVersion"], job["kind"]) == ("ray.io/v1", "RayJob")
    name, given = taken(job["spec"]["entrypoint"])
    assert (name, given["engine"], given["ray_gpus"]) == ("batch", "ray", 1)
    cluster = job["spec"]["rayClusterSpec"]
    assert cluster["authOptions"] == {"mode": "token"}
    groups = [cluster["headGroupSpec"], *cluster["workerGroupSpecs"]]
    images = [group["template"]["spec"]["containers"][0]["image"] for group in groups]
    assert len(set(images)) == 1  # the same release everywhere
    assert cluster["headGroupSpec"]["rayStartParams"]["num-cpus"] == "0"
    assert job["spec"]["shutdownAfterJobFinishes"] and job["spec"]["activeDeadlineSeconds"]


def test_the_example_cluster_is_one_of_ray():
    yaml, jsonschema = pytest.importorskip("yaml"), pytest.importorskip("jsonschema")
    if (ray := find_spec("ray")) is None:
        pytest.skip("Ray has the schema")
    cluster = yaml.safe_load(CLUSTER)
    schema = Path(ray.submodule_search_locations[0]) / "autoscaler" / "ray-schema.json"
    jsonschema.validate(cluster, json.loads(schema.read_text()))
    assert cluster["head_node_type"] in cluster["available_node_types"]
    for commands in ("head_start_ray_commands", "worker_start_ray_commands"):
        assert "RAY_AUTH_MODE=token" in cluster[commands][-1]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(cluster | {"cluster": "orbitex"}, json.loads(schema.read_text()))

"""``service doctor`` on machines where something is wrong."""

import json
import re
import socket
import subprocess
import sys
import tomllib
from types import SimpleNamespace

import pytest
import zmq
from service_process import ROOT

from geometry.errors import InputError
from service.cli import main
from service.cli.doctor import machine_findings, serving_findings
from service.cli.doctor.finding import Finding
from service.recipe.parsing import parse_recipe
from service.serving.jobs.job import Inputs
from service.serving.jobs.ledger import Ledger
from service.serving.keys import KeyFolder


def levels(findings):
    return [finding.level for finding in findings]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"tcp://127.0.0.1:{probe.getsockname()[1]}"


def test_what_is_not_fine_has_a_fix_and_what_is_has_none():
    with pytest.raises(AssertionError):
        Finding("note", "disk", "full")
    with pytest.raises(AssertionError):
        Finding("good", "disk", "empty", "fill it")


def test_the_list_for_a_checkout_is_the_project_s_own():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    names = [re.match(r"[\w-]+", line)[0] for line in project["dependencies"]]
    assert names == machine_findings._NEEDED


class _NoRoomFor:
    """Where modules are looked for: of one, the library finds no room in memory."""

    def __init__(self, module):
        self.module = module

    def find_spec(self, name, path=None, target=None):
        if name == self.module:
            raise ImportError(f"lib{name}.so: failed to map segment from shared object")


def test_too_little_memory_is_not_mended_by_another_installation(monkeypatch):
    monkeypatch.delitem(sys.modules, "zmq")
    monkeypatch.setattr(sys, "meta_path", [_NoRoomFor("zmq"), *sys.meta_path])
    (finding,) = machine_findings.encryption()
    assert finding.level == "bad" and "limit" in finding.fix and "pip" not in finding.fix


# --- folders ---


@pytest.mark.skipif(sys.platform != "linux", reason="/proc takes no files, from root neither")
def test_a_data_folder_that_cannot_be_written_is_bad_for_programs_too(capsys, tmp_path):
    places = ["--data", "/proc/orbitex/jobs", "--keys", str(tmp_path), "--address", free_port()]
    assert main(["doctor", "--json", *places]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["healthy"] is False
    broken = [finding for finding in report["findings"] if finding["level"] == "bad"]
    assert [finding["topic"] for finding in broken] == ["data"]
    assert "/proc/orbitex/jobs" in broken[0]["text"] and "--data" in broken[0]["fix"]


def test_a_folder_that_is_not_there_yet_is_not_made(tmp_path):
    assert levels(serving_findings.data_folder(tmp_path / "a" / "b")) == ["good"]
    assert not any(tmp_path.iterdir())


def test_a_full_disk_is_bad(tmp_path, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=3 << 20))
    (finding,) = serving_findings.data_folder(tmp_path)
    assert finding.level == "bad" and "3 MiB" in finding.text and finding.fix


def test_the_jobs_kept_are_counted_and_a_damaged_one_is_told(tmp_path):
    assert [f.text for f in serving_findings.jobs(tmp_path / "none")] == ["no jobs are kept"]
    ledger = Ledger(tmp_path / "jobs")
    recipe = parse_recipe({"target": "sphere", "group": "532"})
    _, second, third = (ledger.add(Inputs(recipe, [], {})) for _ in range(3))
    ledger.cancel(second)
    ledger.close()
    (tmp_path / "jobs" / third.name / "job.json").write_text("{")
    damaged, kept = serving_findings.jobs(tmp_path / "jobs")
    assert damaged.level == "note" and damaged.fix == f"rm -r {tmp_path}/jobs/{third.name}"
    assert kept.level == "good" and "1 cancelled, 1 queued" in kept.text


def test_caches_that_are_kept_elsewhere_are_told(tmp_path, monkeypatch):
    assert levels(machine_findings.caches()) == ["good", "good"]
    monkeypatch.setattr("geometry.spare_folder.spare_folder", lambda: tmp_path)
    monkeypatch.setattr("geometry.kernels.cache_folder", lambda: tmp_path / "kernels")
    monkeypatch.setattr("service.surfaces.view_cache.folder", lambda: tmp_path / "views")
    found = list(machine_findings.caches())
    assert levels(found) == ["note", "note"] and "HOME" in found[0].fix
    assert all(str(tmp_path) in finding.text for finding in found)

    def none():
        raise InputError("no-temporary-folder", "temporary files", "There is none.")

    monkeypatch.setattr("service.surfaces.view_cache.folder", none)
    assert levels(machine_findings.caches())[-1] == "bad"


# --- keys ---

posix = pytest.mark.skipif(sys.platform == "win32", reason="file modes")


def test_keys_as_they_are_made_are_fine(tmp_path):
    assert levels(serving_findings.keys(tmp_path / "none")) == ["good"]
    folder = KeyFolder(tmp_path / "keys")
    folder.new("laptop")
    folder.new("studio")
    (finding,) = serving_findings.keys(folder.folder)
    assert finding.level == "good" and "2: laptop, studio" in finding.text
    folder.revoke("laptop")
    (finding,) = serving_findings.keys(folder.folder)
    assert "1: studio" in finding.text


@posix
@pytest.mark.parametrize(
    "name, mode, level",
    [("server.key", 0o644, "bad"), ("clients/a b.key", 0o640, "note"), ("clients", 0o755, "note")],
)
def test_keys_that_others_can_read_are_told_and_the_fix_mends_it(tmp_path, name, mode, level):
    KeyFolder(tmp_path / "keys").new("laptop")
    (tmp_path / "keys/clients/laptop.key").rename(tmp_path / "keys/clients/a b.key")
    (tmp_path / "keys" / name).chmod(mode)
    found = list(serving_findings.keys(tmp_path / "keys"))
    assert levels(found) == [level, "good"]
    subprocess.run(found[0].fix, shell=True, check=True)
    assert levels(serving_findings.keys(tmp_path / "keys")) == ["good"]


def test_damaged_keys_are_told(tmp_path):
    KeyFolder(tmp_path).new("laptop")
    (tmp_path / "allowed/laptop.pub").write_text("{}")
    note, who = serving_findings.keys(tmp_path)
    assert note.level == "note" and "laptop.pub" in note.fix and "nobody" in who.text
    (tmp_path / "server.key").write_text("{}")
    assert "bad" in levels(serving_findings.keys(tmp_path))


# --- port ---


def test_a_free_port_and_one_with_a_service(service, tmp_path):
    assert levels(serving_findings.port(free_port(), tmp_path)) == ["good"]
    (finding,) = serving_findings.port(service.address, tmp_path)
    assert finding.level == "good" and "0.1.0 answers" in finding.text


def test_a_port_that_others_can_reach_is_fine_with_keys(service, tmp_path):
    free = free_port().replace("127.0.0.1", "*")
    (finding,) = serving_findings.port(free, tmp_path)
    assert finding.level == "bad" and f"--keys {tmp_path}" in finding.fix
    KeyFolder(tmp_path).new("laptop")
    assert levels(serving_findings.port(free, tmp_path)) == ["good"]
    (finding,) = serving_findings.port(service.address.replace("127.0.0.1", "*"), tmp_path)
    assert finding.level == "good" and "0.1.0 answers" in finding.text


def test_a_port_of_something_else(monkeypatch, tmp_path):
    monkeypatch.setattr(serving_findings, "_ANSWER_SECONDS", 0.2)
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        address = f"tcp://127.0.0.1:{other.getsockname()[1]}"
        (finding,) = serving_findings.port(address, tmp_path)
    assert finding.level == "note" and "does not answer" in finding.text
    assert "--bind" in finding.fix


def test_an_address_that_cannot_be(service, tmp_path):
    for address in ("tcp://*:5577", "nonsense", "tcp://127.0.0.1:99999"):
        (finding,) = serving_findings.port(address, tmp_path)
        assert finding.level == "bad" and finding.fix, address


# --- packages and devices ---


def test_missing_packages_and_encryption_are_told(monkeypatch):
    monkeypatch.setattr(machine_findings, "_needed", lambda: ["numpy", "no-such-package"])
    missing, found = machine_findings.packages()
    assert (missing.level, missing.fix) == ("bad", "pip install no-such-package")
    assert found.text.startswith("numpy ")
    monkeypatch.setattr(zmq, "has", lambda what: False)
    assert levels(machine_findings.encryption()) == ["note"]


def test_a_driver_without_cuda_is_told(monkeypatch, tmp_path):
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 0)
    monkeypatch.setattr(machine_findings, "_DRIVER", tmp_path / "none")
    assert "note" not in levels(machine_findings.devices())
    monkeypatch.setattr(machine_findings, "_DRIVER", tmp_path)
    assert levels(machine_findings.devices())[-1] == "note"

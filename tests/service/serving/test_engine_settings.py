"""Which engine a service has, and what is said when it cannot be had."""

import sys

import pytest
import zmq
from service_process import refused

from service.cli import main
from service.serving.serve import _engine
from service.serving.settings import Settings


def test_without_ray_one_line_says_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    monkeypatch.setenv("RAY_AUTH_MODE", "token")  # put back after the test
    monkeypatch.setenv("RAY_AUTH_TOKEN", "")
    with zmq.Context() as context, refused("no-ray") as error:
        _engine(Settings(tmp_path, engine="ray"), context)
    assert "pip install 'orbitex[ray]'" in str(error.value)


@pytest.mark.parametrize(
    ("words", "field"),
    [
        (("--engine", "rya"), "engine"),
        (("--ray-address", "head:6379"), "ray-address"),
        (("--engine", "ray", "--ray-gpus", "1.5"), "ray-gpus"),
        (("--engine", "ray", "--device", "cpu"), "device"),
    ],
)
def test_engines_and_their_settings_are_checked(words, field, tmp_path, capsys):
    assert main(["serve", "--data", str(tmp_path), *words]) == 2
    error = capsys.readouterr().err
    assert field in error and error.count("\n") == 1

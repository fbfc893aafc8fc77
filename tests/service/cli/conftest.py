"""A folder of its own for commands that name files by their names alone."""

import pytest
from cows import picture


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    picture("sty.png")
    return tmp_path

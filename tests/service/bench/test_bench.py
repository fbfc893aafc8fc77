"""The benchmarks, on pictures too small to say anything."""

import dataclasses
import json

import numpy as np
import pytest
from typer.testing import CliRunner

from geometry.errors import InputError
from service.bench import report, suite
from service.bench.race import race, ratio
from service.bench.scaling import Curve, _peak, _pooled
from service.bench.steps import step_rows
from service.cli.app import app


def test_all_are_run_in_turns_and_compared_round_by_round():
    said = []
    seconds = race({"a": lambda: said.append("a"), "b": lambda: said.append("b")}, rounds=3)
    assert said == ["a", "b"] * 5 and {len(times) for times in seconds.values()} == {3}
    assert ratio({"a": [2.0, 4.0, 9.0], "b": [1.0, 2.0, 3.0]}, "a", "b") == 2


CASE = {"p4": {"target": "tile", "group": "p4"}}


@pytest.fixture(scope="module")
def rows():
    """As on a machine that multiplies bfloat16 in hardware."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("service.bench.steps.fast_precision", lambda device: "bfloat16")
        return list(step_rows(CASE, size=64))


def test_a_step_takes_longer_than_its_parts(rows):
    assert [row.precision for row in rows] == ["float32", "bfloat16"]
    for row in rows:
        assert row.megapixels == 64**2 / 1e6
        assert row.step > row.views > 0 and row.speed == row.megapixels / row.step


def test_no_precision_is_timed_that_this_machine_would_not_take(monkeypatch):
    monkeypatch.setattr("service.bench.steps.fast_precision", lambda device: "float32")
    assert [row.precision for row in step_rows(CASE, size=64)] == ["float32"]


def test_what_was_found_is_written_down_row_by_row(tmp_path, monkeypatch, rows):
    curve = Curve("A title", "size", "seconds", ((512, 0.25), (1024, 1.0)))

    def breaks_off():
        yield curve
        raise KeyboardInterrupt

    monkeypatch.setattr(suite, "PARTS", {"steps": lambda: iter(rows), "scaling": breaks_off})
    with pytest.raises(KeyboardInterrupt):
        suite.run(suite.chosen(()), tmp_path, lambda text: None)
    data = json.loads((tmp_path / "bench.json").read_text())
    assert data["steps"] == [dataclasses.asdict(row) for row in rows]
    page = (tmp_path / "bench.md").read_text()
    assert report.line(rows[0]) in page and "| size | 512 | 1024 |" in page
    assert str(data["machine"]["torch"]) in page


def _nothing(_: int) -> tuple[float]:
    return (_peak(),)


def test_memory_is_of_the_process_that_is_measured():
    held = np.ones(1 << 26)  # 0.5 GiB here
    assert held.nbytes / 2**30 < _peak() - _pooled(_nothing, 0)[0]


def test_an_unknown_part_is_refused_before_anything_runs(tmp_path):
    result = CliRunner().invoke(app, ["bench", "stepps", "-o", str(tmp_path / "b")])
    assert result.exit_code and "steps" in str(result.exception)
    assert not (tmp_path / "b").exists()


@pytest.mark.parametrize("place", ["file", "file/b"])
def test_figures_that_could_not_be_kept_are_not_measured(tmp_path, place):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(InputError) as refused:
        suite.run(["steps"], tmp_path / place, lambda text: None)
    assert refused.value.code == "bad-output" and (tmp_path / "file").read_text() == "mine"

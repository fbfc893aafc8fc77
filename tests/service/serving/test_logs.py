"""The log's two forms, and a worker's own output among its lines."""

import json
import logging
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from fake_painter import CRASH
from hypothesis import given
from hypothesis import strategies as st
from service_process import recipe, running

from service.serving.client import Client
from service.serving.processes.logs import (
    WORKER_LINE_BYTES,
    JsonFormatter,
    TextFormatter,
    relay,
    worker_log,
)


def record(message="running", *arguments, exc_info=None, **extra):
    made = logging.LogRecord(
        "service.serving.server", logging.WARNING, __file__, 1, message, arguments, exc_info
    )
    vars(made).update(extra)
    return made


def test_a_line_of_json_has_its_fields():
    line = JsonFormatter().format(record("no checkpoint: %s", "disk full", job="3-0a1b2c"))
    data = json.loads(line)
    assert abs(datetime.fromisoformat(data.pop("time")) - datetime.now(UTC)).seconds < 60
    assert data == {
        "level": "warning",
        "logger": "service.serving.server",
        "job": "3-0a1b2c",
        "message": "no checkpoint: disk full",
    }


def test_a_line_of_text_says_the_job():
    assert TextFormatter().format(record(job="3-0a1b2c")).endswith(" WARNING job 3-0a1b2c running")
    assert TextFormatter().format(record()).endswith(" WARNING running")
    both = TextFormatter().format(record("queued", job="3-0a1b2c", client="laptop"))
    assert both.endswith(" WARNING job 3-0a1b2c client laptop queued")


@given(st.text(st.characters(codec="utf-8"), max_size=40))
def test_what_a_client_sent_cannot_forge_a_line(text):
    for form in (TextFormatter(), JsonFormatter()):
        assert len(form.format(record("%s", f"a{text}b")).splitlines()) == 1
    assert json.loads(JsonFormatter().format(record("%s", text)))["message"] == text


@pytest.mark.parametrize("form", [TextFormatter(), JsonFormatter()])
def test_a_field_that_is_not_of_the_list_is_not_written(form):
    assert "hunter2" not in form.format(record(token="hunter2", secret="hunter2"))


def test_an_exception_brings_its_traceback():
    try:
        raise RuntimeError("as asked")
    except RuntimeError:
        about = sys.exc_info()
    data = json.loads(JsonFormatter().format(record("failed", exc_info=about)))
    assert data["message"] == "failed" and "as asked" in data["traceback"]
    text = TextFormatter().format(record("failed", exc_info=about))
    assert text.splitlines()[-1] == "RuntimeError: as asked"


def test_each_line_of_a_worker_is_logged(caplog):
    code = "import os; os.write(1, b'\\xff\\n\\n' + b'x' * 9000 + b'\\nafter')"
    worker = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    with caplog.at_level(logging.INFO, worker_log.name):
        relay(worker.stdout).join(timeout=20)
    assert worker.wait() == 0
    assert [line.getMessage() for line in caplog.records] == [
        "\ufffd",
        "x" * WORKER_LINE_BYTES,
        "x" * (9000 - WORKER_LINE_BYTES),
        "after",
    ]


def test_every_line_of_a_service_is_json_if_it_is_told_so(tmp_path):
    with (
        running(tmp_path / "log.txt", log_format="json") as service,
        Client(service.address) as client,
    ):
        done, crashed = client.submit(recipe(steps=2)), client.submit(recipe(group=CRASH))
        for job in (done, crashed):
            list(client.frames(job, max_size=8))
        client.forget(done)
    lines = [json.loads(line) for line in service.log().splitlines()]
    said = [line["message"] for line in lines if line.get("job") == done]
    assert said == ["queued: sphere 532, 64 px", "running", "finished after 2 steps"]
    assert all(line["time"].endswith("+00:00") for line in lines)
    failed = [line["level"] for line in lines if line.get("job") == crashed]
    assert failed[:2] == ["info", "info"] and "warning" in failed

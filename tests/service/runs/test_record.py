"""Records are read from anybody's folders."""

import json

import pytest
from recorded_runs import run_record

from geometry.errors import InputError
from service.runs.record import RECORD, read_record


def test_what_is_written_is_read(tmp_path):
    record = run_record(title="Glas 玻璃", about="a\nb")
    (tmp_path / RECORD).write_bytes(record.to_bytes())
    found = read_record(tmp_path / RECORD)
    assert found == record


def _nested(depth):
    return {"a": _nested(depth - 1)} if depth else 1


@pytest.mark.parametrize(
    "changes",
    [
        {"picture": "../secret.png"},
        {"picture": "/etc/passwd"},
        {"picture": "..\\secret.png"},
        {"files": [".hidden"]},
        {"shots": [{"file": "pictures/../../1.webp"}]},
        {"shots": [{"file": "pictures/1.svg"}]},
        {"seconds": float("nan")},
        {"state": "<script>"},
        {"started": "yesterday"},
        {"recipe": _nested(20)},
        {"points": {"steps": list(range(5000))}},
        {"name": ""},
        {"schema": "orbitex/receipt"},
    ],
)
def test_what_is_no_record_is_refused_in_one_line(changes, tmp_path):
    data = json.loads(run_record().to_bytes())
    if "shots" in changes:
        changes = {"shots": [data["shots"][0] | changes["shots"][0]]}
    (tmp_path / RECORD).write_text(json.dumps(data | changes))
    with pytest.raises(InputError) as caught:
        read_record(tmp_path / RECORD)
    assert caught.value.code == "bad-run" and RECORD in caught.value.message


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_json_is_refused(content, tmp_path):
    (tmp_path / RECORD).write_bytes(content)
    with pytest.raises(InputError, match="no record"):
        read_record(tmp_path / RECORD)

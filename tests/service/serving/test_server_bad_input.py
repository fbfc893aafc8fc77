"""Bad input to a running service: one clear line each, and nothing else is disturbed."""

import json

import pytest
from fake_painter import CRASH
from service_process import receive, recipe, refused

from service.serving.client import Client
from service.serving.protocol.wire import PROTOCOL_VERSION, decode, encode


def test_a_bad_recipe_is_refused_at_once(client):
    before = len(client.jobs())
    for changes, code, field in (
        ({"size": 1}, "bad-value", "size"),
        ({"sizes": 64}, "unknown-field", "recipe"),
        ({"styles": [{"source": ""}]}, "bad-value", "styles.0.source"),
        ({"group": "\x1b[2J\u202e533"}, "unknown-group", "group"),
        ({"group": "p4"}, "wrong-space", "group"),
        ({"colouring": "7z"}, "unknown-colouring", "colouring"),
        ({"group": "432", "colouring": "r=xyz"}, "bad-colour", "colouring"),
        ({"target": "mesh", "group": "432", "colouring": "7z"}, "unknown-colouring", "colouring"),
    ):
        with refused(code) as caught:
            client.submit(recipe(**changes))
        assert caught.value.field == field
    assert len(client.jobs()) == before
    with refused("bad-value") as caught:
        client.submit(recipe(), cameras=[{"lens": [1]}])
    assert caught.value.field == "cameras.0.lens"


def test_a_bad_mesh_fails_the_job_in_the_words_of_the_error(client):
    job = client.submit(recipe(target="mesh"))
    end = list(client.frames(job))[-1]
    assert end.state == "failed" and end.pixels is None and end.progress is None
    error = {"code": "missing-buffer", "field": "vertices", "message": "The mesh has no vertices."}
    assert end.error == error | {"hint": "Send it."}
    with refused("missing-buffer"):
        client.result(job)


def test_a_fault_of_the_painter_is_one_line_for_the_client_and_a_traceback_in_the_log(
    service, client
):
    job = client.submit(recipe(group=CRASH))
    assert list(client.frames(job))[-1].error["code"] == "internal"
    with refused("internal"):
        client.result(job)
    assert "RuntimeError: as asked" in service.log()
    list(client.frames(client.submit(recipe(steps=2))))


def test_unknown_jobs_and_kinds_and_wrong_fields(client, dealer):
    for ask in (client.frame, client.cancel, client.finish, client.result):
        with refused("unknown-job"):
            ask("nobody")
    for header, code, hint in (
        ({"kind": "submitt"}, "unknown-kind", "submit"),
        ({"kind": "error"}, "unknown-kind", ""),
        ({"kind": "frame"}, "bad-value", ""),
        ({"kind": "submit"}, "bad-value", ""),
        ({"kind": "cancel", "job": ["1"]}, "bad-value", ""),
    ):
        dealer.send_multipart(encode({"id": 5, **header}))
        reply = decode(receive(dealer))[0]
        assert reply["id"] == 5 and reply["error"]["code"] == code
        assert hint in reply["error"]["hint"]


@pytest.mark.parametrize(("field", "value"), [("after", -2), ("after", 0.5), ("max_size", 1 << 40)])
def test_a_credit_out_of_range_is_refused(client, dealer, field, value):
    job = client.submit(recipe(steps=1))
    dealer.send_multipart(encode({"kind": "frame", "id": 1, "job": job, field: value}))
    error = decode(receive(dealer))[0]["error"]
    assert (error["code"], error["field"]) == ("bad-value", field)


def test_another_protocol_version_is_answered(dealer):
    dealer.send(json.dumps({"protocol": PROTOCOL_VERSION + 1, "kind": "hello", "id": "x"}).encode())
    reply = decode(receive(dealer))[0]
    assert reply["kind"] == "error" and reply["id"] == "x"
    assert reply["error"]["code"] == "protocol-version" and reply["error"]["hint"]


def test_nothing_answers():
    with Client("tcp://127.0.0.1:9", timeout=0.3) as client, refused("service-unreachable"):
        client.hello()

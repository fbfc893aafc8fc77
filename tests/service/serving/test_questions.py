"""Questions about networks: a real service process, with functions of a few lines."""

import numpy as np
import pytest
from service_process import eventually, receive, recipe, refused, until_running

from service.serving import surveyor as surveyor_module
from service.serving.client import Client
from service.serving.protocol.service_messages import MAX_FOUND
from service.serving.protocol.wire import decode, encode

PICTURE = np.full((16, 24, 3), 5, np.uint8)


def ask(dealer, kind, picture=None, **fields):
    """The header of a reply."""
    buffers = {} if picture is None else {"picture": picture}
    dealer.send_multipart(encode({"kind": kind, "id": 1, **fields}, buffers))
    return decode(receive(dealer))[0]


def code(reply):
    return reply["error"]["code"] if reply["kind"] == "error" else reply["kind"]


def test_names_pictures_and_what_describes_a_picture(client):
    assert client.network("squeezenet") == {
        "network": "squeezenet",
        "layers": [{"name": "grey", "channels": 8}],
        "classes": ["class of squeezenet"],
    }
    for size in (32, 48):
        pixels = client.channel_picture("squeezenet", "grey", 7, size)
        assert pixels.shape == (size, size, 3) and (pixels == 7).all()
    found = client.survey("squeezenet", PICTURE)
    assert found["channels"] == [{"layer": "grey", "channel": 5, "strength": 1.5}] * MAX_FOUND
    assert found["dreams"] == ["grey:1*5"]


def test_what_a_style_is_to_a_colour_rule(client):
    pixels, frame = client.look(PICTURE)
    assert pixels.shape == (72, 72, 3) and frame.shape == (3, 4)


def test_a_style_as_it_is_prepared(client):
    shown = client.prepare("grey", {"contrast": 2}, size=48)
    assert shown.shape == (8, 48, 3) and (shown == 200).all()
    assert (client.prepare("grey", {"contrast": 1}, {"x": PICTURE}) == 100).all()
    with refused("bad-buffer"):
        client.prepare("grey", {}, {"x": PICTURE, "y": PICTURE, "z": PICTURE})


def test_groups_and_meshes(client):
    assert client.group("C7") == {"name": "C7", "label": "Turns"}
    for count in (3, 5):
        vertices = np.zeros((count, 3), np.float32)
        (found,) = client.symmetries(vertices, np.zeros((1, 3), np.int32))
        assert (found["name"], found["deviation"]) == ("*", count)


def test_material_maps(client):
    triangles = np.array([[0, 1, 2]], np.int32)
    mesh = {"vertices": np.eye(3, dtype=np.float32), "triangles": triangles}
    mesh["uvs"] = np.zeros((1, 3, 2), np.float32)
    normal, packed = client.maps(PICTURE, mesh, colours=[[-1, -2, -3]], frame=None)
    assert (normal == PICTURE).all() and (packed == 255 - PICTURE).all()
    with refused("bad-buffer"):
        client.maps(PICTURE, mesh | {"uvs": mesh["uvs"][:, :2]})
    with refused("bad-value"):
        client.maps(PICTURE, mesh, roughness=[0.5])


MESH = {
    "vertices": np.eye(3, dtype=np.float32),
    "triangles": np.array([[0, 1, 2]], np.int32),
    "uvs": np.zeros((1, 3, 2), np.float32),
}


def test_solids(client):
    made = client.solid(PICTURE, MESH, mm=30, wall=None, format="stl")
    assert (made["points"] == 30).all() and bytes(made["file"]) == b"solid"
    with refused("bad-buffer"):
        client.solid(PICTURE, MESH | {"vertices": MESH["vertices"].astype(float)})
    for wrong in ({"mm": 4}, {"wall": 0.1}, {"colours": 17}, {"format": "gltf"}):
        with refused("bad-value"):
            client.solid(PICTURE, MESH, **wrong)


def test_a_question_can_be_withdrawn(client, service, dealer):
    """What takes for ever ends at once; others' questions stay."""
    endless = {"kind": "solid", "mm": 2000.0}
    dealer.send_multipart(encode(endless | {"id": 1}, MESH | {"picture": PICTURE}))
    dealer.send_multipart(encode({"kind": "withdraw", "id": 2}))
    assert decode(receive(dealer))[0] == {
        **{"protocol": 1, "kind": "withdraw", "id": 2, "questions": 1}
    }
    assert (client.solid(PICTURE, MESH, mm=40)["points"] == 40).all()
    assert client.withdraw() == 0


def test_a_finished_job_is_finished_anew(client):
    job = client.submit(recipe(step_ms=1, steps=2))
    endless = client.submit(recipe(step_ms=2000, steps=100_000))
    with refused("not-finished"):
        client.refinish(endless, {})
    client.cancel(endless)
    for _ in client.frames(job):
        pass
    pixels, receipt = client.refinish(job, {"contrast": 2})
    assert (pixels == 200).all() and receipt == {"recipe": {"finishing": {"contrast": 2}}}
    assert client.refinish(job, {"contrast": 1}, draft=True)[1] is None
    for steps, code in (
        ({"contrast": 9}, "bad-value"),
        ({"shine": 1}, "unknown-field"),
    ):
        with refused(code):
            client.refinish(job, steps)
    for picture in (np.zeros((4, 4, 4), np.uint8), np.zeros((2000, 4, 3), np.uint8)):
        with refused("bad-buffer"):
            client.refinish(job, {"match": "buffer:x"}, pictures={"x": picture})
    with refused("unknown-job"):
        client.refinish("nobody", {})


def test_a_job_goes_on_meanwhile(client, service):
    job = client.submit(recipe(step_ms=2000, steps=100_000))
    until_running(client, job)
    client.channel_picture("squeezenet", "grey", 6, 32)  # between two steps
    assert client.frame(job).progress["step"] <= 2
    client.cancel(job)


def test_nothing_is_found_out_twice(service):
    """Not for another client either."""
    for _ in range(2):
        with Client(service.address) as client:
            for number in (201, 202, 201):
                client.channel_picture("squeezenet", "grey", number, 32)
    for number in (201, 202):
        line = f"looks at channel {number}\n"
        assert eventually(lambda line=line: line in service.log())
        assert service.log().count(line) == 1


@pytest.mark.parametrize(
    ("kind", "given", "expected"),
    [
        ("network", {"network": "nowhere"}, "unknown-network"),
        ("network", {"network": 7}, "bad-value"),
        ("channel", {"layer": "grey"}, "bad-value"),
        ("channel", {"channel": 1}, "bad-value"),
        ("channel", {"layer": "grey", "channel": -1}, "bad-value"),
        ("channel", {"layer": "grey", "channel": 1, "size": 31}, "bad-value"),
        ("channel", {"layer": "grey", "channel": 1, "size": 4096}, "bad-value"),
        ("channel", {"layer": "x" * 65, "channel": 1}, "bad-value"),
        ("channel", {"layer": "green", "channel": 1}, "unknown-layer"),
        ("survey", {}, "bad-buffer"),
        ("look", {}, "bad-buffer"),
        ("look", {"picture": PICTURE[:3]}, "bad-buffer"),
        ("survey", {"picture": PICTURE[..., 0]}, "bad-buffer"),
        ("survey", {"picture": PICTURE[:3]}, "bad-buffer"),
        ("survey", {"picture": np.zeros((1025, 16, 3), np.uint8)}, "bad-buffer"),
        ("survey", {"picture": PICTURE.astype(np.float32)}, "bad-buffer"),
        ("prepare", {}, "bad-value"),
        ("prepare", {"source": "grey", "size": 9}, "bad-value"),
        ("prepare", {"source": "grey", "prepare": 1}, "bad-value"),
        ("prepare", {"source": "buffer:picture", "picture": PICTURE[..., 0]}, "bad-buffer"),
        ("group", {}, "bad-value"),
        ("symmetries", {}, "bad-buffer"),
        ("maps", {"depth": 0.0}, "bad-value"),
        ("solid", {}, "bad-buffer"),
        ("solid", {"depth": "deep"}, "bad-value"),
        ("maps", {"picture": np.zeros((2049, 16, 3), np.uint8)}, "bad-buffer"),
    ],
)
def test_bad_questions(dealer, kind, given, expected):
    assert code(ask(dealer, kind, **given)) == expected


def test_what_goes_wrong_there_is_an_answer_too(client):
    with refused("internal"):
        client.channel_picture("squeezenet", "crash", 0, 32)
    for _ in range(2):  # another process, and its end is the answer again
        with refused("worker-died") as caught:
            client.channel_picture("squeezenet", "deadly", 0, 32)
        assert "-9" in str(caught.value)
    assert client.channel_picture("squeezenet", "grey", 3, 32)[0, 0, 0] == 3


def test_as_many_wait_as_there_is_room(client, dealer):
    """More than that from one who reads no answer in between, and others are served later."""
    for number in range(3 * surveyor_module.MAX_WAITING):
        fields = {"layer": "grey", "channel": number, "size": 40, "network": "vgg16"}
        dealer.send_multipart(encode({"kind": "channel", "id": number, **fields}))
    answers = [decode(receive(dealer))[0] for _ in range(3 * surveyor_module.MAX_WAITING)]
    assert {code(answer) for answer in answers} <= {"channel", "queue-full"}
    done = [answer["id"] for answer in answers if answer["kind"] == "channel"]
    assert len(done) >= surveyor_module.MAX_WAITING and done == sorted(done)
    assert client.channel_picture("squeezenet", "grey", 4, 32)[0, 0, 0] == 4


def test_a_process_that_hangs_or_has_nothing_to_do_is_ended(monkeypatch):
    import zmq

    from service.serving.jobs.job import Fault
    from service.serving.surveyor import Question, Surveyor

    monkeypatch.setattr(surveyor_module, "PATIENCE", 0.5)
    with zmq.Context() as context:
        surveyor = Surveyor("fake_painter:painter_that_takes_long", context)
        said = []
        surveyor.ask(Question("network", (("network", "x"),)), b"", said.append)

        def told():
            surveyor.collect()
            return said

        assert eventually(told)
        assert isinstance(said[0], Fault) and "hung" in said[0].message
        assert not surveyor.sockets
        monkeypatch.setattr(surveyor_module, "PATIENCE", 100.0)
        monkeypatch.setattr(surveyor_module, "IDLE_SECONDS", 0.0)
        surveyor = Surveyor("fake_painter:fake_painter", context)
        surveyor.ask(Question("network", (("network", "x"),)), b"", said.append)
        assert eventually(lambda: told() and len(said) == 2)
        assert eventually(lambda: surveyor.collect() is None and not surveyor.sockets)
        surveyor.ask(Question("network", (("network", "x"),)), b"", said.append)
        assert said[1] is said[2]  # kept, with no process
        surveyor.close()

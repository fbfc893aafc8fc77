"""What the page asks for: jobs of a service, pictures, previews; what is wrong, in one line."""

import base64
import io
import json

import numpy as np
import pytest
from PIL import Image

from service.studio.uploads import MAX_BYTES, Uploads

TILE = {"target": "tile", "group": "p4", "size": 64}


def picture(kind="PNG", size=(32, 24), colour=(200, 30, 60)):
    stream = io.BytesIO()
    Image.new("RGB", size, colour).save(stream, kind)
    return stream.getvalue()


def events(content):
    found = []
    for block in content.decode().strip().split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.split("\n"))
        found.append((lines["event"], json.loads(lines["data"]), lines.get("id")))
    return found


def test_a_job_from_paint_to_its_files(browser):
    source = browser.ask("/api/pictures?name=my%20rose.png", picture()).content["source"]
    recipe = {**TILE, "styles": [{"source": source}], "style_colours": source, "seed": 20}
    job = browser.ask("/api/jobs", {"recipe": recipe}).content["job"]
    seen = events(browser.ask(f"/api/jobs/{job}/watch?side=300").content)
    assert {kind for kind, _, _ in seen} == {"frame"}
    assert seen[-1][1]["state"] == "finished"
    steps = [int(number) for _, _, number in seen if number is not None]
    assert steps == sorted(set(steps)) and steps[-1] == 40
    shown = [row["picture"] for _, row, _ in seen if row["picture"]]
    kind, _, data = shown[-1].partition(";base64,")
    assert kind == "data:image/jpeg"
    assert Image.open(io.BytesIO(base64.b64decode(data))).size == (64, 64)

    files = {end: browser.ask(f"/api/jobs/{job}/{end}") for end in ("picture.png", "receipt.json")}
    assert Image.open(io.BytesIO(files["picture.png"].content)).size == (64, 64)
    assert files["receipt.json"].content["recipe"]["group"] == "p4"
    portable = browser.ask(f"/api/jobs/{job}/recipe.json").content
    assert portable["styles"][0]["source"] == portable["style_colours"] == "my_rose.png"
    assert browser.ask(f"/api/jobs/{job}/small").headers["content-type"] == "image/jpeg"
    assert browser.ask(f"/api/jobs/{job}").content["state"] == "finished"
    larger = browser.ask(f"/api/jobs/{job}/enlarge", {"size": 96}).content["job"]
    assert larger in [row["job"] for row in browser.ask("/api/jobs").content["jobs"]]


def test_a_page_that_comes_back_goes_on_where_it_was(browser):
    job = browser.ask("/api/jobs", {"recipe": TILE}).content["job"]
    last = events(browser.ask(f"/api/jobs/{job}/watch").content)[-1]
    again = events(browser.ask(f"/api/jobs/{job}/watch", last_event_id=last[2]).content)
    assert [(row["state"], row["picture"]) for _, row, _ in again] == [("finished", None)]


def test_a_job_is_steered(browser):
    job = browser.ask("/api/jobs", {"recipe": {**TILE, "seed": 200}}).content["job"]

    def state():
        return browser.ask(f"/api/jobs/{job}").content["state"]

    assert browser.ask(f"/api/jobs/{job}/pause", {}).status == 200
    assert state() == "paused"
    changes = {"objective.style": 2.5}
    new = browser.ask(f"/api/jobs/{job}/adjust", {"changes": changes}).content["recipe"]
    assert new["objective"]["style"] == 2.5
    refused = browser.ask(f"/api/jobs/{job}/adjust", {"changes": {"size": 128}})
    assert (refused.status, refused.content["error"]["code"]) == (422, "not-adjustable")
    assert refused.content["error"]["field"] == "size"
    browser.ask(f"/api/jobs/{job}/resume", {})
    assert state() in ("queued", "running")
    browser.ask(f"/api/jobs/{job}/cancel", {})
    assert state() == "cancelled"
    browser.ask(f"/api/jobs/{job}/forget", {})
    assert browser.ask(f"/api/jobs/{job}").content["error"]["code"] == "unknown-job"
    assert browser.ask(f"/api/jobs/{job}/explode", {}).status == 404


WRONG = {
    "no object": (7, "recipe"),
    "too large": ({**TILE, "size": 20000}, "size"),
    "no such group": ({**TILE, "group": "p5"}, "group"),
    "no such rule": ({**TILE, "colouring": "99z"}, "colouring"),
    "a term out of range": ({**TILE, "objective": {"style": -1}}, "objective.style"),
    "a mesh": ({"target": "mesh", "group": "532"}, "target"),
    "a file of this machine": ({**TILE, "styles": [{"source": "/etc/hostname"}]}, "styles"),
    "its colours": ({**TILE, "style_colours": "/etc/hostname"}, "style_colours"),
    "a base": ({**TILE, "base": "/etc/hostname"}, "base"),
    "a lost picture": ({**TILE, "styles": [{"source": "buffer:0123456789ab-a.png"}]}, "styles"),
    "nothing to paint": ({**TILE, "styles": []}, "styles"),
    "not a field": ({**TILE, "sise": 64}, "recipe"),
}


@pytest.mark.parametrize(("recipe", "field"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_said_of_its_field(browser, recipe, field):
    for path in ("/api/jobs", "/api/preview"):
        answer = browser.ask(path, {"recipe": recipe, "width": 128})
        assert answer.status == 422
        assert answer.content["error"]["field"] == field
        assert answer.content["error"]["message"]


@pytest.mark.parametrize("body", [b"", b"[", b"[]", b"[" * 100_000, b"\xff"])
def test_what_is_no_json_is_refused(lonely_browser, body):
    assert lonely_browser.ask("/api/preview", body).status == 422


def test_bodies_are_bounded(lonely_browser):
    recipe = lonely_browser.ask("/api/preview", b" " * (1 << 20) + b"{}")
    file = lonely_browser.ask("/api/pictures?name=x.png", bytes(MAX_BYTES + 1))
    assert [a.content["error"]["code"] for a in (recipe, file)] == ["too-large"] * 2


@pytest.mark.parametrize(
    "data",
    [b"", b"GIF89a", picture()[:60], b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 99 99\n"],
    ids=["empty", "cut off", "half", "a program"],
)
def test_what_is_no_picture_is_refused(lonely_browser, data):
    error = lonely_browser.ask("/api/pictures?name=a.png", data).content["error"]
    assert (error["code"], error["field"]) == ("bad-image", "styles")


def test_previews_without_a_service(lonely_browser):
    wide = lonely_browser.ask("/api/preview", {"recipe": {**TILE, "size": 512}, "width": 200})
    assert Image.open(io.BytesIO(wide.content)).size[0] == 200
    source = lonely_browser.ask("/api/pictures?name=a.webp", picture("WEBP")).content["source"]
    red = {"recipe": {**TILE, "styles": [{"source": source}]}, "width": 128}
    pixels = np.asarray(Image.open(io.BytesIO(lonely_browser.ask("/api/preview", red).content)))
    assert np.abs(pixels.astype(int) - (200, 30, 60)).max() < 8


def test_swatches(lonely_browser):
    group = lonely_browser.ask("/api/swatch/group?target=sphere&group=532")
    rule = "target=tile&group=p6&colouring=3a&style=stained_glass"
    for answer in (group, lonely_browser.ask(f"/api/swatch/colouring?{rule}")):
        assert Image.open(io.BytesIO(answer.content)).size[0] in (64, 72)
    rows = lonely_browser.ask("/api/colourings?target=tile&group=p6").content["colourings"]
    assert [row["name"] for row in rows][:2] == ["none", "2a"]
    for wrong in ("target=tile&group=x", "target=mesh&group=532", "target=x&group=p6", ""):
        assert lonely_browser.ask(f"/api/swatch/group?{wrong}").status == 422
        assert lonely_browser.ask(f"/api/colourings?{wrong}").status == 422


def test_a_service_that_does_not_answer_is_said(lonely_browser):
    for path, body in (("/api/jobs", None), ("/api/jobs", {"recipe": TILE})):
        answer = lonely_browser.ask(path, body)
        assert (answer.status, answer.content["error"]["code"]) == (503, "service-unreachable")


def test_the_oldest_pictures_go():
    uploads = Uploads(most=3 * 32 * 24 * 2)
    sources = [uploads.add(picture(colour=(n, 0, 0)), f"{n}.png") for n in range(3)]
    assert list(uploads.buffers(sources[1:])) == [s.removeprefix("buffer:") for s in sources[1:]]
    with pytest.raises(ValueError, match=r"0\.png is not here any more"):
        uploads.buffers(sources[:1])

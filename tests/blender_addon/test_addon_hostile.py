"""The add-on against a service that is broken or malicious: a red box with one line, little memory,
and every image as it was."""

from __future__ import annotations

import copy
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import bpy
import numpy as np
import pytest
from hostile_service import (
    ESCAPE,
    GROUP,
    ODD,
    PICTURE,
    RECIPE,
    SIDE,
    SOME,
    HostileService,
    encoded,
    jpeg_bomb,
    picture,
    places,
    put,
    spoilt,
)
from painting import order_for, pixels_of, pump_until

from blender_addon.jobs import jobs
from blender_addon.link import lookups, messages
from blender_addon.link.client import PaintClient
from blender_addon.link.connection import Timing
from blender_addon.link.detections import Detection
from blender_addon.link.lookups import Lookup, Question
from blender_addon.link.messages import RUNNING, Report, Submission
from blender_addon.link.picture_files import jpeg_size
from blender_addon.offer import catalogue, swatches
from blender_addon.offer.dreams import Contents, is_target, nearest_classes, strongest
from blender_addon.panels import figure_lines, main
from blender_addon.picture import icons, pictures
from blender_addon.problems import Problem, ProblemError

JOB = "7-0a1b2c"
TIMING = Timing(hello=20, start=20, reply=20, poll=0.01)
SMALL = {"vertices": np.zeros((4, 3), np.float32)}
LARGE = {"vertices": np.zeros((20_000, 3), np.float32)}  # goes as an upload
COMMANDS = ("pause", "resume", "adjust", "finish")
KINDS = ("hello", "describe", "submit", "have", "upload", "frame", "attach", "repaint", "result")
CODES = ("bad-reply", "protocol-version", "unknown-upload", "out-of-memory")


@pytest.fixture(scope="module")
def hostile() -> Iterator[HostileService]:
    with HostileService() as service:
        yield service


@pytest.fixture(autouse=True)
def honest(hostile: HostileService) -> None:
    hostile.spoil, hostile.fails = {}, set()
    catalogue.forget()


def order(hostile: HostileService, kind: str, **fields: Any) -> Submission:
    """An order in whose course a request of this kind is sent."""
    buffers = LARGE if kind in ("have", "upload") else SMALL
    given: dict[str, Any] = {"preview_size": SIDE, "preview_rate": 1000.0}
    if kind in ("attach", *COMMANDS):
        given["job"] = JOB
    if kind == "repaint":
        given["repaints"] = JOB
    return Submission(hostile.address, RECIPE, (), buffers, **given | fields)


def outcome(client: PaintClient) -> Report:
    client.start()
    client.join(60)
    report = client.report()
    assert report.state not in RUNNING
    return report


LOOK = np.full((8, 8, 3), 77, np.uint8)


def look_at(report: Report) -> None:
    """What panels and the viewport do with what has been taken."""
    if report.progress is not None:
        assert len(report.progress.line()) < 200 and 0 <= report.progress.fraction <= 1
        main.sparkline([report.progress.loss])
    known = report.offers or catalogue.Catalogue()
    for choices in (known.groups, known.styles, known.qualities, known.networks):
        for entry in catalogue.menu(choices, "x"):
            assert all(len(text) < 1000 and text.isprintable() for text in entry)
    for rules in known.colourings.values():
        for rule in rules:
            assert swatches.swatch(rule.images, LOOK).shape == (72, 72, 4)
    for figure in known.figures.values():
        lines = figure_lines.lines(figure, np.eye(4), lambda directions: np.ones(len(directions)))
        assert np.isfinite(lines.mirrors).all() and np.isfinite(lines.domain).all()
        assert len(lines.domain) <= figure_lines.STEPS * len(figure.domain)
    for look in known.looks.values():
        assert icons.from_bytes(look).size


def check(report: Report, name: str) -> bool:
    """Whether it was refused, in a line, or is harmless."""
    look_at(report)
    for problem in (report.problem, report.notice):
        if problem is not None:
            assert problem.code in CODES, (name, problem)
            assert problem.line.isprintable() and len(problem.line) < 2000, name
    return report.problem is not None and report.problem.code == "bad-reply"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("stride", [SOME, pytest.param(1, marks=pytest.mark.slow)])
def test_a_reply_with_anything_odd_is_taken_or_refused_in_one_line(
    hostile: HostileService, kind: str, stride: int, capsys: pytest.CaptureFixture[str]
) -> None:
    refused = 0
    for fails in (False, True):
        hostile.fails = {kind} if fails else set()
        for number, (name, spoil) in enumerate(spoilt(kind, fails)):
            if number % stride or name.startswith("id="):
                continue
            hostile.spoil = {kind: spoil}
            refused += check(outcome(PaintClient(order(hostile, kind), None, TIMING)), name)
    assert refused > 3
    assert capsys.readouterr().err == ""  # of no thread a traceback


@pytest.mark.parametrize("kind", COMMANDS)
def test_answers_to_commands(
    hostile: HostileService, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for fails in (False, True):
        hostile.fails = {kind} if fails else set()
        for number, (name, spoil) in enumerate(spoilt(kind, fails)):
            if number % SOME or name.startswith("id="):
                continue
            # The job goes on until the command has been answered.
            hostile.spoil = {kind: spoil, "frame": put(("state",), "running")}
            client = PaintClient(order(hostile, kind), None, TIMING)
            client.command(kind, **({"changes": {"steps": 9}} if kind == "adjust" else {}))
            client.start()
            asked, end = len(hostile.asked), time.monotonic() + 60
            while hostile.asked[asked:].count("frame") < 5 and client._thread.is_alive():
                assert time.monotonic() < end
                client.wait(0.01)
            client.leave()
            client.join(60)
            check(client.report(), name)
    assert capsys.readouterr().err == ""


WISHES = {
    "network": Question("network", "squeezenet"),
    "channel": Question("channel", "squeezenet", "fire9", 7),
    "survey": Question("survey", "squeezenet", picture=PICTURE),
    "look": Question("look", style="cat.png", picture=PICTURE),
    "group": Question("group", group="C7"),
}


@pytest.mark.parametrize("kind", WISHES)
def test_what_is_said_of_networks(
    hostile: HostileService, kind: str, capsys: pytest.CaptureFixture[str], monkeypatch: Any
) -> None:
    monkeypatch.setattr(lookups, "PICTURE_SIDE", SIDE)
    taken = 0
    for fails in (False, True):
        hostile.fails = {kind} if fails else set()
        for number, (name, spoil) in enumerate([("as it is", None), *spoilt(kind, fails)]):
            if number % SOME or name.startswith("id="):
                continue
            hostile.spoil = {kind: spoil} if spoil else {}
            lookup = Lookup(hostile.address, "", [WISHES[kind]], TIMING)
            lookup.start()
            lookup.join(60)
            check(lookup.report(), name)
            for _, answer in lookup.take():
                taken += 1
                if isinstance(answer, Problem):
                    assert answer.line.isprintable() and len(answer.line) < 2000, name
                elif isinstance(answer, Contents):
                    nearest_classes("finch", answer)
                    catalogue.menu(tuple(catalogue.MenuEntry(n) for n in answer.layers), "x")
                elif kind == "group":
                    catalogue.learn({**answer.row, "name": "77"})
                    assert all(e.title.isprintable() for e in catalogue.known().rules("77"))
                elif kind == "look":
                    swatches.swatch(((-2, 1, 3),), answer.pixels, answer.frame)
                elif kind == "survey":
                    assert len(strongest(answer.rows, 16)) <= 16
                    assert all(map(str.isprintable, filter(is_target, answer.together))), name
                else:
                    assert icons.from_bytes(answer).shape == (SIDE, SIDE, 4)
    assert taken > 1
    assert capsys.readouterr().err == ""


MESH = {"vertices": np.eye(3, dtype=np.float32), "triangles": np.array([[0, 1, 2]], np.int32)}


def test_what_is_said_of_meshes(
    hostile: HostileService, capsys: pytest.CaptureFixture[str]
) -> None:
    taken = 0
    for fails in (False, True):
        hostile.fails = {"symmetries"} if fails else set()
        for number, (name, spoil) in enumerate([("as it is", None), *spoilt("symmetries", fails)]):
            if number % SOME or name.startswith("id="):
                continue
            hostile.spoil = {"symmetries": spoil} if spoil else {}
            detection = Detection(hostile.address, "", MESH, TIMING)
            detection.start()
            detection.join(60)
            report = detection.report()
            check(report, name)
            for symmetry in report.found or ():
                taken += 1
                assert symmetry.label.isprintable() and np.isfinite(symmetry.frame).all(), name
    assert taken > 1
    assert capsys.readouterr().err == ""


def test_words_of_a_service_are_escaped(hostile: HostileService) -> None:
    error = {"code": "refused", "field": ESCAPE, "message": ESCAPE, "hint": ESCAPE}
    hostile.fails, hostile.spoil = {"submit"}, {"submit": put(("error",), error)}
    problem = outcome(PaintClient(order(hostile, "submit"), None, TIMING)).problem
    assert problem is not None and problem.line.isprintable() and "\\x1b[2J" in problem.line


def test_a_jpeg_says_how_large_it_is() -> None:
    assert jpeg_size(encoded("jpeg", np.zeros((20, 30, 3), np.uint8)).tobytes()) == (30, 20)
    assert jpeg_size(jpeg_bomb(60_000).tobytes()) == (60_000, 60_000)
    good = encoded("jpeg").tobytes()
    grey = encoded("jpeg", PICTURE[..., 0]).tobytes()
    start = good.index(b"\xff\xda")
    for data in (b"", b"\xff\xd8", good[:20], grey, good[:2] + good[start:], b"\x89PNG" + good):
        assert jpeg_size(data) is None


BAD_FRAMES = {
    "larger": picture(np.zeros((SIDE + 1, SIDE, 3), np.uint8), "pixels"),
    "alpha": picture(np.zeros((SIDE, SIDE, 4), np.uint8), "pixels"),
    "a large JPEG": picture(
        encoded("jpeg", np.zeros((64, 64, 3), np.uint8)),
        "data",
        **{"encoding": "jpeg", "shape": [64, 64, 3]},
    ),
    "a JPEG of another size": picture(
        jpeg_bomb(60_000), "data", encoding="jpeg", shape=[SIDE, SIDE, 3]
    ),
    "a PNG for a JPEG": picture(encoded("png"), "data", encoding="jpeg", shape=[SIDE, SIDE, 3]),
    "no bytes": picture(np.zeros(8, np.float64), "data", encoding="jpeg", shape=[SIDE, SIDE, 3]),
    "zlib": picture(encoded("zlib"), "data", encoding="zlib", shape=[SIDE, SIDE, 3]),
}


@pytest.mark.parametrize("name", BAD_FRAMES)
def test_a_frame_that_is_not_what_was_asked_for(hostile: HostileService, name: str) -> None:
    hostile.spoil = {"frame": BAD_FRAMES[name]}
    client = PaintClient(order(hostile, "frame", encoding="jpeg"), None, TIMING)
    problem = outcome(client).problem
    assert problem is not None and problem.code == "bad-reply"
    assert client.take_frame() is None


def test_the_longest_side_is_that_of_meshes() -> None:
    spaces = pytest.importorskip("service.spaces")
    assert spaces.SPACES["mesh"].largest == messages.LONGEST_SIDE


def test_a_texture_larger_than_any_is_refused(hostile: HostileService) -> None:
    hostile.spoil = {
        "result": picture(np.zeros((1, messages.LONGEST_SIDE + 1, 3), np.uint8), "texture")
    }
    problem = outcome(PaintClient(order(hostile, "result"), None, TIMING)).problem
    assert problem is not None and problem.code == "bad-reply"


# --- in Blender ---


def test_paint_reports_one_line_and_leaves_the_image_alone(
    hostile: HostileService, sphere: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    arguments = {"address": hostile.address, "autostart": False, "size": 64, "group": "532"}
    assert bpy.ops.orbitex.paint(**arguments) == {"FINISHED"}
    image = sphere.orbitex.image
    before = pixels_of(image).copy()
    np.testing.assert_array_equal(before, PICTURE)
    capfd.readouterr()
    for spoil in (
        {"submit": put(("job",), ESCAPE)},
        {"frame": put(("progress", "step"), 10**400)},
        {"frame": put(("state",), {})},
        {"frame": BAD_FRAMES["alpha"]},
        {"hello": put(("service",), ESCAPE * 10)},
    ):
        hostile.spoil = spoil
        with pytest.raises(RuntimeError) as caught:
            bpy.ops.orbitex.paint(**arguments)
        line = str(caught.value).strip()
        assert "\n" not in line and "Traceback" not in line and "The service sent" in line
        np.testing.assert_array_equal(pixels_of(image), before)
    said = capfd.readouterr()
    assert "Traceback" not in said.out + said.err and "\x1b" not in said.out + said.err


def test_a_picture_that_blender_cannot_decode_ends_one_job_alone(
    hostile: HostileService, sphere: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The header of a JPEG may be fine, and the rest be anything."""
    decode = pictures.decode

    def decode_but_one(images: Any, data: bytes, size: tuple[int, int]) -> np.ndarray:
        if not decoded:
            decoded.append(1)
            raise ProblemError(messages.bad_picture())
        return decode(images, data, size)

    decoded: list[int] = []
    monkeypatch.setattr(pictures, "decode", decode_but_one)
    hostile.spoil = {
        "frame": picture(
            encoded("jpeg"), "data", encoding="jpeg", shape=[SIDE, SIDE, 3], state="running"
        )
    }
    bpy.ops.mesh.primitive_cube_add()
    paints = [
        jobs.begin(obj, replace(order_for(obj, hostile.address), encoding="jpeg"), "UVMap")
        for obj in (sphere, bpy.context.object)
    ]
    pump_until(lambda: all(paint.frames or not paint.active for paint in paints))
    failed, goes_on = sorted(paints, key=lambda paint: paint.active)
    assert not failed.active and failed.frames == 0
    assert failed.report.problem is not None and failed.report.problem.code == "bad-reply"
    assert goes_on.active and goes_on.frames
    jobs.end(goes_on, "")


def test_an_offer_is_taken_as_far_as_it_makes_sense() -> None:
    plain = catalogue.parse({"groups": [GROUP]}, {})
    assert plain.colourings["332"][1].images == ((2, 3, 1),) and plain.figures.keys() == {"332"}
    offer = {"groups": [GROUP], "looks": {"x": "AAAA"}, "qualities": [{"name": "draft"}]}
    for place in places(offer):
        for value in (*ODD[1:], [[0.0] * 7] * 2000, [[1e300] * 7], "x" * 900):
            inner: Any = (spoilt_offer := copy.deepcopy(offer))
            for key in place[:-1]:
                inner = inner[key]
            inner[place[-1]] = value
            look_at(Report("finished", offers=catalogue.parse(spoilt_offer, {})))

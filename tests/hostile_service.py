"""A service that answers every kind of request as the wire has it, and spoils the answers that a
test tells it to; and the ways in which an answer can be spoilt."""

from __future__ import annotations

import copy
import io
import json
import struct
import threading
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import zmq
from PIL import Image

from blender_addon.link import wire

Reply = tuple[dict[str, Any], dict[str, np.ndarray]]  # what encode() takes
Spoil = Callable[[dict[str, Any], list[bytes]], list[bytes]]  # whole header, buffers → frames

SIDE = 16  # of all pictures
STEPS = 3
ESCAPE = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202egnp.exe [red]x[/red] [link=file:///]y[/link]"
DEEP = "@deep@"  # stands for lists in lists that json.dumps could not write
MISSING = object()
ODD: tuple[Any, ...] = (
    *(MISSING, None, True, -1, 0, 1.5, 1 << 70, 10**400, 1e300, float("nan"), float("inf")),
    *("", "x" * 30_000, ESCAPE, [], {}, [[]], [None], {"name": {}}, DEEP),
)
# Where all spoilt replies would take too long, one in so many. Primes: with a divisor of the number
# of odd values only some of these would ever come.
SOME, FEW = 17, 41

PICTURE = np.arange(SIDE * SIDE * 3, dtype=np.uint8).reshape(SIDE, SIDE, 3)
ERROR = {"code": "out-of-memory", "field": "size", "message": "Too large.", "hint": "Smaller."}
PROGRESS = {
    **{"stage": 0, "stages": 1, "step": STEPS, "steps": STEPS, "loss": {"style": 0.5, "odd": None}},
    **{"seconds": 1.5, "seconds_left": None, "megapixels": 0.5},
}
RECIPE = {
    **{"target": "mesh", "group": "532", "size": 64, "seed": 1, "colouring": "none"},
    "objective": {"style": 1.0, "colour": 1.0},
}
ROW = {
    **{"job": "7-0a1b2c", "state": "running", "target": "mesh", "group": "532", "size": 64},
    **{"step": 1, "steps": STEPS, "age": 3.5},
}
GROUP = {
    **{"name": "332", "family": None, "space": "sphere", "orbifold": "332", "order": 12},
    **{"title": "Tetrahedral", "colourings_total": 1},
    "colourings": [
        {"name": "3a", "colours": 3, "images": {"r": [2, 3, 1]}, "summary": "Turns rgb"}
    ],
    "figure": {
        "axes": [[0.0, 0.0, 1.0, 3]],
        "mirrors": [[1.0, 0.0, 0.0]],
        "domain": [[1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 1.5]],
    },
}


SYMMETRY = {
    **{"name": "*", "label": "Mirror Left–Right", "order": 2, "axis": "Y", "centre": "origin"},
    **{"deviation": 0.0, "frame": [0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0]},
}


SOLID = {
    "points": np.eye(3, dtype=np.float32),
    "triangles": np.array([[0, 1, 2]], np.int32),
    "colours": np.zeros((3, 3), np.uint8),
    "palette": np.zeros((2, 3), np.uint8),
    "filament": np.ones(1, np.uint8),
    "file": np.arange(9, dtype=np.uint8),
}


def honest(kind: str, request: dict[str, Any]) -> Reply:
    """What the wire promises for a request."""
    job = {"job": request.get("job") or "7-0a1b2c"}
    news = job | {"state": "finished", "progress": PROGRESS, "error": None}
    if kind == "frame":
        encoding = request.get("encoding") or "raw"
        name, data = ("pixels", PICTURE) if encoding == "raw" else ("data", encoded(encoding))
        return news | {"encoding": encoding, "shape": [SIDE, SIDE, 3]}, {name: data}
    if kind == "channel":
        asked = {key: request.get(key) for key in ("network", "layer", "channel")}
        times = max(1, request.get("size", SIDE) // SIDE)
        return asked, {"pixels": np.tile(PICTURE, (times, times, 1))}
    if kind == "result":
        receipt = {"recipe": RECIPE, "seconds": 1.5, "styles": [{"source": "x"}]}
        return job | {"receipt": receipt}, {"texture": PICTURE}
    if kind == "look":
        return {"frame": np.eye(3, 4).tolist()}, {"pixels": np.zeros((72, 72, 3), np.uint8)}
    if kind == "prepare":
        return {}, {"pixels": PICTURE}
    if kind == "maps":
        return {"flat": False}, {"normal": PICTURE, "packed": PICTURE}
    if kind == "solid":
        return {"volume": 8.0}, SOLID
    if kind == "refinish":
        return job | {"receipt": {"recipe": RECIPE}}, {"pixels": PICTURE}
    fields: dict[str, dict[str, Any]] = {
        "hello": {"service": "0.1.0", "device": "cpu", "encodings": ["raw", "jpeg"]},
        "describe": {
            **{"groups": [GROUP], "styles": ["stained_glass"], "looks": {"stained_glass": "AAAA"}},
            "networks": [{"name": "squeezenet", "title": "SqueezeNet", "available": True}],
            "qualities": [{"name": "draft", "title": "A first look"}],
            **{"defaults": {"size": 512}, "recipe_schema": {"title": "Recipe"}},
        },
        "network": {
            "network": request.get("network"),
            "layers": [{"name": "fire9", "channels": 512}],
            "classes": ["goldfinch", "daisy"],
        },
        "survey": {
            "network": request.get("network"),
            "channels": [{"layer": "fire9", "channel": 7, "strength": 3.5}],
            "dreams": ["fire9:1*7+0.5*8"],
        },
        "group": {"group": GROUP | {"name": request.get("group"), "label": "Turns"}},
        "symmetries": {"symmetries": [SYMMETRY]},
        "have": {"received": [0] * len(request.get("digests", []))},
        "upload": {"received": request.get("size")},
        "jobs": {"jobs": [ROW]},
        "attach": news | {"recipe": RECIPE, "warning": ERROR, "log": ["a line"]},
        "adjust": job | {"state": "running", "recipe": RECIPE},
        "pause": job | {"state": "paused"},
        "resume": job | {"state": "queued"},
        "heartbeat": {"jobs": 1},
        "withdraw": {"questions": 1},
    }
    return fields.get(kind, job), {}


def encoded(encoding: str, picture: np.ndarray = PICTURE) -> np.ndarray:
    """A picture as bytes."""
    if encoding == "zlib":
        data = zlib.compress(picture.tobytes())
    else:
        stream = io.BytesIO()
        Image.fromarray(picture).save(stream, encoding.upper())
        data = stream.getvalue()
    return np.frombuffer(data, np.uint8)


class HostileService:
    """A ROUTER in a thread. ``spoil``: by kind, what is done to its replies; ``fails``: kinds that
    are answered with an error; ``asked``: the kinds of all requests."""

    def __init__(self) -> None:
        self.spoil: dict[str, Spoil] = {}
        self.fails: set[str] = set()
        self.asked: list[str] = []
        self._stop = threading.Event()
        self._context = zmq.Context()
        self._socket = self._context.socket(zmq.ROUTER)
        self._socket.linger = 0
        self._socket.bind("tcp://127.0.0.1:*")
        self.address = self._socket.getsockopt_string(zmq.LAST_ENDPOINT)
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> HostileService:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self._socket.close()
        self._context.term()

    def _serve(self) -> None:
        while not self._stop.is_set():
            if self._socket.poll(20):
                client, *frames = self._socket.recv_multipart()
                self._socket.send_multipart([client, *self._answer(frames)])

    def _answer(self, frames: list[bytes]) -> list[bytes]:
        request, _ = wire.decode(frames)
        kind = request["kind"]
        self.asked.append(kind)
        fields, buffers = honest(kind, request)
        header = {"kind": kind, "id": request["id"], **fields}
        if kind in self.fails:
            header, buffers = {"kind": "error", "id": request["id"], "error": dict(ERROR)}, {}
        text, *data = (bytes(frame) for frame in wire.encode(header, buffers))
        if kind not in self.spoil:
            return [text, *data]
        return self.spoil[kind](json.loads(text), data)


def message(header: Any, data: list[bytes]) -> list[bytes]:
    """Frames of anything at all."""
    deep = "[" * 900 + "]" * 900
    return [json.dumps(header).replace(f'"{DEEP}"', deep).encode(), *data]


def put(place: tuple[Any, ...], value: Any) -> Spoil:
    """Another value at a place of the header, or, MISSING, none."""

    def spoil(header: dict[str, Any], data: list[bytes]) -> list[bytes]:
        header = copy.deepcopy(header)
        inner: Any = header
        for key in place[:-1]:
            inner = inner[key]
        if value is MISSING:
            del inner[place[-1]]
        else:
            inner[place[-1]] = value
        return message(header, data)

    return spoil


def picture(pixels: np.ndarray, name: str, **fields: Any) -> Spoil:
    """Another array instead of the picture."""
    return arrays({name: pixels}, **fields)


def arrays(given: dict[str, np.ndarray], **fields: Any) -> Spoil:
    """Other arrays instead of those of the reply."""

    def spoil(header: dict[str, Any], data: list[bytes]) -> list[bytes]:
        specs = [
            {"name": name, "dtype": array.dtype.str, "shape": list(array.shape)}
            for name, array in given.items()
        ]
        sent = [array.tobytes() for array in given.values()]
        return message(header | fields | {"buffers": specs}, sent)

    return spoil


def no_messages() -> Iterator[tuple[str, Spoil]]:
    """Messages that are none."""
    for name, frames in {
        "nothing": [b""],
        "no JSON": [b"{"],
        "a list": [b"[]"],
        "deep": [b"[" * 100_000],
        "a huge number": [b'{"protocol": 1, "kind": "frame", "id": 1' + b"0" * 5000 + b"}"],
        "not UTF-8": [b'{"protocol": 1, "kind": "\xff"}'],
        "a large header": [b"[" + b" " * (1 << 20) + b"]"],
        "too many buffers": [b'{"protocol": 1, "kind": "x", "id": 1, "buffers": []}', *[b"x"] * 70],
        "many parts": [b"{}", *[b""] * 5000],
    }.items():
        yield name, lambda header, data, frames=frames: frames  # type: ignore[misc]


def spoilt_pictures(name: str) -> Iterator[tuple[str, Spoil]]:
    """Other arrays than a picture of SIDE × SIDE."""
    for label, pixels in {
        "flat": PICTURE.reshape(-1),
        "grey": PICTURE[..., 0],
        "two channels": PICTURE[..., :2],
        "five channels": np.zeros((SIDE, SIDE, 5), np.uint8),
        "four dimensions": PICTURE[None],
        "floats": PICTURE.astype("<f8"),
        "integers": PICTURE.astype("<i4"),
    }.items():
        yield label, picture(np.ascontiguousarray(pixels), name)
    yield "none", lambda header, data: message(header | {"buffers": []}, [])
    yield "another name", picture(PICTURE, "other")


def places(value: Any, here: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """All places in JSON, of lists their first entry."""
    if isinstance(value, dict):
        inner: Any = value.items()
    else:
        inner = enumerate(value[:1]) if isinstance(value, list) else ()
    for key, entry in inner:
        yield (*here, key)
        yield from places(entry, (*here, key))


def spoilt(kind: str, fails: bool = False) -> Iterator[tuple[str, Spoil]]:
    """Every field of a kind's reply, each with every odd value, and what else can be wrong. The id
    is left alone: another one is an answer to nothing."""
    fields, buffers = honest(kind, {"digests": [""], "size": 1})
    if fails:
        fields, buffers = {"error": ERROR}, {}
    text, *_ = wire.encode({"kind": kind, **fields}, buffers)
    for place in places(json.loads(text)):
        for value in ODD:
            name = "missing" if value is MISSING else f"{value!r:.20}"
            yield f"{'.'.join(map(str, place))}={name}", put(place, value)
    yield from no_messages()
    if buffers:
        yield from spoilt_pictures(next(iter(buffers)))


# --- bombs ---


def zlib_bomb(side: int) -> np.ndarray:
    """Some kilobytes that become side² · 3 zeros."""
    packer, row = zlib.compressobj(1), bytes(side * 3)
    data = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    return np.frombuffer(data, np.uint8)


def png_bomb(side: int) -> np.ndarray:
    """A PNG that says it is side × side and holds as many zeros."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    packer, row = zlib.compressobj(1), bytes(1 + side * 3)
    rows = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    head = struct.pack(">2I5B", side, side, 8, 2, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    return np.frombuffer(data, np.uint8)


def jpeg_bomb(side: int) -> np.ndarray:
    """A JPEG that says it is side × side."""
    data = bytearray(encoded("jpeg").tobytes())
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 9] = struct.pack(">2H", side, side)
    return np.frombuffer(bytes(data), np.uint8)

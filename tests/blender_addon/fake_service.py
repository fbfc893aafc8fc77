"""A service that paints nothing: it speaks the wire and sends deterministic growing frames.

Runs as a thread in a test, or as a program: ``python fake_service.py serve --bind ADDRESS``.
"""

from __future__ import annotations

import argparse
import threading
import time
from typing import Any

import numpy as np
import zmq

from blender_addon.link import wire

FAKE_LOOK = np.full((72, 72, 3), (90, 80, 60), np.uint8)
GROUPS = ("1", "332", "432", "532", "*", "*432", "77")


def picture(step: int, steps: int, size: int) -> np.ndarray:
    """The frame of a step: |u1 (size, size, 3). The top left quarter is red, which tells the
    rows' order; the rest grows brighter."""
    pixels = np.full((size, size, 3), 55 + 200 * step // steps, np.uint8)
    pixels[: size // 2, : size // 2] = (255, 0, 0)
    return pixels


def solid(asked: dict[str, Any]) -> dict[str, np.ndarray]:
    """A pyramid of the height that was asked for, with a red foot."""
    points = np.array([(0, 0, 0), (20, 0, 0), (0, 10, 0), (0, 0, asked["mm"])], np.float32)
    made = {
        "points": points,
        "triangles": np.array([(0, 2, 1), (0, 1, 3), (0, 3, 2), (1, 2, 3)], np.int32),
        "colours": np.array([(255, 0, 0)] * 3 + [(10, 200, 30)], np.uint8),
    }
    if asked["colours"]:
        made["palette"] = np.array([(255, 0, 0), (10, 200, 30)], np.uint8)
        made["filament"] = np.array([0, 1, 1, 1], np.uint8)
    if asked["format"]:
        made["file"] = np.frombuffer(f"a {asked['format']}".encode(), np.uint8)
    return made


class FakeService:
    """A ROUTER in a thread. ``steps`` of ``step_seconds`` each; goes mute after ``mute_after``
    frames, fails after ``fail_after``, forgets the first ``lose_frames`` frame requests and never
    answers the kinds ``deaf_to``. ``requests`` holds (header, buffers) of all submits, with what
    was uploaded for them, and the kinds of all messages are in ``kinds``. ``jobs`` may be those of
    another one, as a service finds them on its disk."""

    def __init__(
        self,
        steps: int = 6,
        step_seconds: float = 0.03,
        mute_after: int | None = None,
        fail_after: int | None = None,
        lose_frames: int = 0,
        deaf_to: tuple[str, ...] = (),
        address: str = "tcp://127.0.0.1:*",
        jobs: dict[str, dict[str, Any]] | None = None,
    ) -> None:
        self.steps, self.step_seconds = steps, step_seconds
        self.mute_after, self.fail_after = mute_after, fail_after
        self.lose_frames, self.deaf_to = lose_frames, deaf_to
        self.requests: list[tuple[dict[str, Any], dict[str, np.ndarray]]] = []
        self.kinds: list[str] = []
        self.cancelled: list[str] = []
        self.jobs: dict[str, dict[str, Any]] = {} if jobs is None else jobs
        self.blobs: dict[str, bytes] = {}
        self.repainted: list[tuple[dict[str, Any], dict[str, np.ndarray]]] = []
        self.adjusted: list[dict[str, Any]] = []
        self.pictures: list[np.ndarray] = []  # that were surveyed
        self.meshes: list[dict[str, np.ndarray]] = []  # whose symmetries were looked for
        self.finished: list[dict[str, Any]] = []  # pictures that were finished anew
        self.matched: list[dict[str, np.ndarray]] = []  # pictures that came with these
        self.prepared: list[tuple[dict[str, Any], dict[str, np.ndarray]]] = []  # styles
        self.maps: list[tuple[dict[str, Any], dict[str, np.ndarray]]] = []  # that were asked for
        self.symmetries: list[dict[str, Any]] = []  # what is found on all of them
        self.solids: list[tuple[dict[str, Any], dict[str, np.ndarray]]] = []
        self.refuse_solid: tuple[str, str, str] | None = None  # code, message, hint
        self.refuse_adjust = False
        self._frames_sent = 0
        self._waiting: list[tuple[bytes, dict[str, Any]]] = []
        self._stop = threading.Event()
        self._context = zmq.Context()
        self._socket = self._context.socket(zmq.ROUTER)
        self._socket.setsockopt(zmq.LINGER, 0)
        self._socket.bind(address)
        self.address = self._socket.getsockopt_string(zmq.LAST_ENDPOINT)
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> FakeService:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self._socket.close()
        self._context.term()

    def serve(self) -> None:
        """Serve in this thread, for ever."""
        self._serve()

    def _serve(self) -> None:
        while not self._stop.is_set():
            if self._socket.poll(5):
                client, *frames = self._socket.recv_multipart()
                header, buffers = wire.decode(frames)
                self.kinds.append(header["kind"])
                if not self._is_mute():
                    self._answer(client, header, buffers)
            if not self._is_mute():
                self._waiting = [w for w in self._waiting if not self._frame(*w)]

    def _is_mute(self) -> bool:
        return self.mute_after is not None and self._frames_sent >= self.mute_after

    def _step(self, job: dict[str, Any]) -> int:
        if job["finished"]:
            return self.steps
        if job["paused"] is not None:
            return job["paused"]
        return min(self.steps, int((time.monotonic() - job["begun"]) / self.step_seconds))

    def _reply(self, client: bytes, header: dict[str, Any], fields: dict[str, Any], **arrays: Any):
        reply = {"kind": header["kind"], "id": header["id"], **fields}
        self._socket.send_multipart([client, *wire.encode(reply, arrays)])

    def _go_on_from(self, client: bytes, header: dict[str, Any], change: dict[str, int]) -> None:
        name, old = f"job{len(self.jobs)}", self.jobs[header["job"]]
        again = {"begun": time.monotonic(), "finished": False, "paused": None}
        recipe = old["recipe"] | change
        self.jobs[name] = old | again | {"recipe": recipe, "size": recipe["size"]}
        self._reply(client, header, {"job": name})

    def _prepare(
        self, client: bytes, header: dict[str, Any], buffers: dict[str, np.ndarray]
    ) -> None:
        given = {name: np.array(array) for name, array in buffers.items()}
        self.prepared.append((header, given))
        steps = header["prepare"]
        if steps.get("crop", "").startswith("1"):
            words = "bad-value", "prepare.crop", "Nothing of the picture is left.", "Crop less."
            error = wire.error_header(*words, header["id"])
            self._socket.send_multipart([client, *wire.encode(error)])
            return
        grey = np.full((60, header["size"], 3), round(100 * steps.get("contrast", 1)), np.uint8)
        self._reply(client, header, {}, pixels=grey)

    def _refinish(self, client: bytes, header: dict[str, Any]) -> None:
        self.finished.append(header)
        steps, name = header["finishing"], header["job"]
        if name not in self.jobs:
            error = wire.error_header("unknown-job", "job", "There is no job.", "", header["id"])
            self._socket.send_multipart([client, *wire.encode(error)])
            return
        receipt = None if header["draft"] else {"recipe": {"group": "1", "finishing": steps}}
        grey = np.full((32, 32, 3), round(100 * steps["contrast"]), np.uint8)
        self._reply(client, header, {"job": name, "receipt": receipt}, pixels=grey)

    def _answer(
        self, client: bytes, header: dict[str, Any], buffers: dict[str, np.ndarray]
    ) -> None:
        kind = header["kind"]
        if kind in self.deaf_to:
            return
        if kind == "frame" and self.lose_frames:
            self.lose_frames -= 1
            return
        if kind == "hello":
            self._reply(client, header, {"service": "fake", "device": "cpu"})
        elif kind == "describe":
            self._reply(client, header, describe())
        elif kind in ("network", "channel", "survey"):
            self._look(client, header, buffers)
        elif kind == "symmetries":
            self.meshes.append({name: np.array(array) for name, array in buffers.items()})
            self._reply(client, header, {"symmetries": self.symmetries})
        elif kind == "maps":
            self.maps.append((header, {name: np.array(array) for name, array in buffers.items()}))
            sent = buffers["picture"]
            self._reply(client, header, {"flat": False}, normal=sent, packed=255 - sent)
        elif kind == "solid":
            self.solids.append((header, {name: np.array(array) for name, array in buffers.items()}))
            if self.refuse_solid:
                code, message, hint = self.refuse_solid
                fault = {"code": code, "field": "depth", "message": message, "hint": hint}
                self._reply(client, header | {"kind": "error"}, {"error": fault})
            else:
                self._reply(client, header, {"volume": 2000.0}, **solid(header))
        elif kind == "withdraw":
            self._reply(client, header, {"questions": 1})
        elif kind == "refinish":
            self.matched.append({name: np.array(array) for name, array in buffers.items()})
            self._refinish(client, header)
        elif kind == "prepare":
            self._prepare(client, header, buffers)
        elif kind == "look":
            self.pictures.append(np.array(buffers["picture"]))
            frame = [[1.0, 0.0, 0.0, 0.1], [0.0, 1.0, 0.0, 0.2], [0.0, 0.0, 1.0, 0.3]]
            self._reply(client, header, {"frame": frame}, pixels=FAKE_LOOK)
        elif kind == "group":
            rules = [{"name": "2a", "images": {"r": [-1, -2, -3]}, "summary": "inverts"}]
            group = {"name": header["group"], "space": "sphere", "colourings": rules}
            self._reply(client, header, {"group": group})
        elif kind == "heartbeat":
            self._reply(client, header, {"jobs": len(self.jobs)})
        elif kind == "submit":
            for upload in header.get("uploads", []):
                plain = np.frombuffer(self.blobs[upload["sha256"]], upload["dtype"])
                buffers[upload["name"]] = plain.reshape(upload["shape"])
            self.requests.append((header, buffers))
            group = header["recipe"]["group"]
            if group not in GROUPS:
                error = wire.error_header(
                    "unknown-group",
                    "group",
                    f"'{group}' is not known.",
                    "Did you mean 532?",
                    header["id"],
                )
                self._socket.send_multipart([client, *wire.encode(error)])
                return
            name = f"job{len(self.jobs)}"
            self.jobs[name] = {
                "begun": time.monotonic(),
                "finished": False,
                "paused": None,  # or the step
                "recipe": header["recipe"],
                "size": header["recipe"]["size"],
            }
            self._reply(client, header, {"job": name})
        elif kind == "have":
            sizes = [len(self.blobs.get(digest, b"")) for digest in header["digests"]]
            self._reply(client, header, {"received": sizes})
        elif kind == "upload":
            blob = self.blobs.get(header["sha256"], b"")
            if header["offset"] == len(blob):
                blob += buffers["data"].tobytes()
            self.blobs[header["sha256"]] = blob
            self._reply(client, header, {"received": len(blob)})
        elif header.get("job", "job0") not in self.jobs:
            error = wire.error_header(
                "unknown-job", "job", "There is no such job.", "", header["id"]
            )
            self._socket.send_multipart([client, *wire.encode(error)])
        elif kind == "attach":
            job = self.jobs[header["job"]]
            fields = {"job": header["job"], "state": self._state(job), "recipe": job["recipe"]}
            self._reply(client, header, fields | {"progress": None, "error": None, "log": []})
        elif kind == "repaint":
            self.repainted.append((header, buffers))
            self._go_on_from(client, header, {"seed": header["seed"]})
        elif kind == "enlarge":
            self._go_on_from(client, header, {"size": header["size"]})
        elif kind in ("pause", "resume"):
            job = self.jobs[header["job"]]
            job["paused"] = self._step(job) if kind == "pause" else None
            self._reply(client, header, {"job": header["job"], "state": self._state(job)})
        elif kind == "adjust":
            if self.refuse_adjust:
                error = wire.error_header(
                    "not-adjustable", "styles", "Cannot change.", "", header["id"]
                )
                self._socket.send_multipart([client, *wire.encode(error)])
                return
            self.adjusted.append(header["changes"])
            recipe = self.jobs[header["job"]]["recipe"]
            self._reply(
                client, header, {"job": header["job"], "state": "running", "recipe": recipe}
            )
        elif kind == "frame":
            self._waiting.append((client, header))
        elif kind == "finish":
            self.jobs[header["job"]]["finished"] = True
            self._reply(client, header, {"job": header["job"]})
        elif kind == "cancel":
            self.cancelled.append(header["job"])
            self._reply(client, header, {"job": header["job"]})
        elif kind == "result":
            size = self.jobs[header["job"]]["size"]
            receipt = {"recipe": self.jobs[header["job"]]["recipe"], "seconds": 1.5}
            self._reply(
                client,
                header,
                {"job": header["job"], "receipt": receipt},
                texture=picture(self.steps, self.steps, size),
            )

    def _look(self, client: bytes, header: dict[str, Any], buffers: dict[str, np.ndarray]) -> None:
        about = {key: header[key] for key in ("network", "layer", "channel") if key in header}
        if header["kind"] == "survey":
            self.pictures.append(np.array(buffers["picture"]))
            rows = [("fire9", 3, 4.0), ("fire8", 5, 2.0), ("fire8", 6, 1.0)]
            found = [dict(zip(("layer", "channel", "strength"), row, strict=True)) for row in rows]
            about |= {"channels": found, "dreams": ["fire9:1*3+0.5*4", "\x1b", "a\nb:1*2"]}
            if np.ptp(self.pictures[-1]) == 0:
                words = "nothing-described", "picture", "It is white: no channel describes it."
                error = wire.error_header(*words, "", header["id"])
                self._socket.send_multipart([client, *wire.encode(error)])
                return
        if header["network"] == "nowhere":
            words = "unknown-network", "network", "There is no such network."
            error = wire.error_header(*words, "", header["id"])
            self._socket.send_multipart([client, *wire.encode(error)])
        elif header["kind"] == "channel":
            pixels = np.full((header["size"], header["size"], 3), header["channel"], np.uint8)
            self._reply(client, header, about, pixels=pixels)
        elif header["kind"] == "network":
            layers = [{"name": name, "channels": 512} for name in ("fire8", "fire9")]
            classes = ["goldfinch", "house finch", "daisy"]
            self._reply(client, header, about | {"layers": layers, "classes": classes})
        else:
            self._reply(client, header, about)

    def _state(self, job: dict[str, Any]) -> str:
        if job["paused"] is not None:
            return "paused"
        return "finished" if self._step(job) >= self.steps else "running"

    def _frame(self, client: bytes, header: dict[str, Any]) -> bool:
        job = self.jobs[header["job"]]
        step = self._step(job)
        ended = step >= self.steps
        if step <= header["after"] and not ended:
            return False
        failed = self.fail_after is not None and step >= self.fail_after
        state = "failed" if failed else self._state(job)
        error = wire.error_header("out-of-memory", "size", "Out of memory.")["error"]
        progress = {
            "stage": 0,
            "stages": 2,
            "step": step,
            "steps": self.steps,
            "loss": {"style": 1.0 / (1 + step), "colour": 0.5},
            "seconds": 1.5,
            "seconds_left": None,
            "megapixels": 0.5,
        }
        fields = {
            "job": header["job"],
            "state": state,
            "progress": progress,
            "error": error if failed else None,
        }
        size = min(header["max_size"] or job["size"], job["size"])
        arrays = {"pixels": picture(step, self.steps, size)} if step > header["after"] else {}
        self._reply(client, header, fields, **arrays)
        self._frames_sent += 1
        return True


def symmetry(name: str, label: str, axis: str = "Z", frame: Any = None) -> dict[str, Any]:
    """One that is found on a mesh."""
    rows = np.eye(3) if frame is None else np.asarray(frame)
    about = {"name": name, "label": label, "order": 2, "axis": axis, "centre": "centroid"}
    return about | {"deviation": 0.0, "frame": rows.ravel().tolist()}


def describe() -> dict[str, Any]:
    """The menus."""
    rules = [{"name": "cyclic", "colours": 3, "images": {"a": [2, 3, 1]}, "summary": "Turns rgb"}]
    groups = [
        {"name": name, "space": "sphere", "orbifold": name, "order": 60, "title": f"Group {name}"}
        for name in ("1", "332", "432", "532")
    ]
    families = {"nn": "55", "22n": "225"}
    groups += [
        {"name": name, "space": "sphere", "family": family, "label": f"Family {family}"}
        for family, name in families.items()
    ]
    return {
        "groups": [
            {**group, "colourings": rules if group["name"] == "332" else []} for group in groups
        ]
        + [{"name": "p6", "space": "plane", "title": "Hexagons", "colourings": []}],
        "styles": ["stained_glass", "marbled_paper"],
        "networks": [],
        "qualities": [{"name": "draft", "title": "A first look"}, {"name": "standard"}],
        "defaults": {},
        "recipe_schema": {},
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("command", choices=["serve"])
    parser.add_argument("--bind")
    parser.add_argument("--idle-exit", type=float)
    FakeService(address=parser.parse_args().bind).serve()

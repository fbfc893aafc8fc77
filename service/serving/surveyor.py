"""The surveyor: answers what clients ask about networks, groups and meshes, from what it was asked
before, or by a process that is started when somebody asks and ended when nobody has for a while."""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, ItemsView, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import zmq

from geometry.errors import InputError
from service import networks
from service.serving.jobs.job import Fault
from service.serving.processes.child_process import ChildProcess
from service.serving.protocol.mesh_messages import Maps, Solid, Symmetries
from service.serving.protocol.service_messages import (
    Channel,
    Inquiry,
    Look,
    Network,
    Prepare,
    Survey,
)

MAX_WAITING = 64  # questions
MAX_PICTURES = 2  # that a question brings
KEPT_BYTES = 1 << 20  # of an answer: larger ones are worked out anew
MAX_ANSWERS = 512  # answers; a channel's picture is 12 KiB, the names of a network are 30
IDLE_SECONDS = 300.0  # until the process is ended: it holds some 500 MB
PATIENCE = 300.0  # seconds for one answer, then it is taken to hang

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Question:
    """One of "network", "channel", "survey", "look", "prepare", "group", "symmetries", "maps",
    "solid" and "refinish", checked. fields: as in the request; buffers: what goes with them. Equal
    questions have equal answers."""

    kind: str
    fields: tuple[tuple[str, Any], ...]
    digest: str = ""  # of the buffers
    buffers: Mapping[str, np.ndarray] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def about(
        cls, kind: str, fields: Mapping[str, Any], buffers: Mapping[str, np.ndarray]
    ) -> Question:
        """With these fields, objects in them as JSON."""
        digest = hashlib.sha256()
        for name, array in buffers.items():
            digest.update(repr((name, array.shape)).encode() + array.tobytes())
        known = digest.hexdigest() if buffers else ""
        return cls(kind, _frozen(fields.items()), known, buffers)


@dataclass(frozen=True, eq=False)
class Answer:
    """The fields and buffers of a reply."""

    fields: Mapping[str, Any]
    buffers: Mapping[str, np.ndarray]


Then = Callable[[Answer | Fault], None]


def read_question(request: Inquiry, buffers: Mapping[str, np.ndarray]) -> Question:
    """The question in a request. Raises InputError: "unknown-network", "bad-buffer", "too-large";
    layers, channels, groups and what is in a mesh are the worker's to check."""
    if isinstance(request, Network | Channel | Survey):
        networks.check_network(request.network)
    given: dict[str, np.ndarray] = {}
    if isinstance(request, Survey | Look | Maps | Solid):
        given = {"picture": _picture(buffers, *request.SIDES)}
    if isinstance(request, Symmetries | Maps | Solid):
        given |= _mesh(buffers, request)
    if isinstance(request, Prepare):
        given = read_pictures(buffers, *request.SIDES)
    return Question.about(request.kind(), request.model_dump(), given)


def read_pictures(buffers: Mapping[str, np.ndarray], low: int, high: int) -> dict[str, np.ndarray]:
    """The pictures that a question brings, with sides of so many pixels. Raises
    InputError("bad-buffer")."""
    if len(buffers) > MAX_PICTURES:
        raise InputError("bad-buffer", "buffers", f"Over {MAX_PICTURES} pictures.")
    return {name: _picture(buffers, low, high, name) for name in buffers}


def _frozen(value: Any) -> Any:
    """Lists, and lists in them, as tuples; objects as JSON."""
    if isinstance(value, Mapping):
        return json.dumps(value, sort_keys=True)
    listed = isinstance(value, (list, tuple, ItemsView))
    return tuple(_frozen(part) for part in value) if listed else value


class Surveyor:
    """Never waits: :meth:`collect` hands out what has been found. ``painter``: where the process
    finds its functions, see :func:`service.serving.engines.painter.load_painter`. ``context``: of
    the private socket."""

    def __init__(self, painter: str, context: zmq.Context[zmq.Socket[bytes]]) -> None:
        self._painter, self._context = painter, context
        self._child: ChildProcess | None = None
        self._ready = False  # it has called
        self._answers: OrderedDict[Question, Answer] = OrderedDict()
        self._asked: OrderedDict[Question, dict[bytes, Then]] = OrderedDict()
        self._open: Question | None = None  # the process has it
        self._deadline = 0.0  # for an answer, or until the process has nothing to do any more

    @property
    def sockets(self) -> list[zmq.Socket[bytes]]:
        """What to poll for answers."""
        return [] if self._child is None else [self._child.socket]

    def ask(self, question: Question, who: bytes, then: Then) -> None:
        """Call ``then`` with the answer, at once or from :meth:`collect`. If ``who`` asks the same
        again, only the newer one is answered. Raises InputError("queue-full")."""
        if (answer := self._answers.get(question)) is not None:
            self._answers.move_to_end(question)
            then(answer)
            return
        if question not in self._asked and len(self._asked) >= MAX_WAITING:
            raise InputError(
                "queue-full", "kind", f"{MAX_WAITING} questions wait.", "Try again later."
            )
        self._asked.setdefault(question, {})[who] = then
        self._go_on()

    def withdraw(self, who: bytes) -> int:
        """Answer nothing any more that ``who`` has asked; how many questions that were. What nobody
        waits for any longer is not worked on: the process ends in the middle of it."""
        theirs = [question for question, waiting in self._asked.items() if who in waiting]
        for question in theirs:
            waiting = self._asked[question]
            del waiting[who]
            if not waiting:
                del self._asked[question]
        if self._open is not None and self._open not in self._asked:
            self._end("it was withdrawn")
            self._go_on()
        return len(theirs)

    def collect(self) -> None:
        """Hand out what has been found, and look after the process."""
        if (child := self._child) is None:
            return
        self._hear(child)
        if self._open is not None and time.monotonic() > self._deadline:
            log.warning("the survey %d hangs: killed", child.pid)
            self._end("it hung and was killed")
        elif child.exit_code is not None:
            self._hear(child)
            self._end("")
        elif self._open is None and time.monotonic() > self._deadline:
            self._end("nobody asks")
        self._go_on()

    def close(self) -> None:
        """End the process; nobody is answered any more."""
        self._asked.clear()
        self._open = None
        if self._child is not None:
            self._end("")

    def _go_on(self) -> None:
        while self._asked and self._open is None:
            question = next(iter(self._asked))
            try:
                child = self._child = self._child or self._start()
            except (OSError, zmq.ZMQError, InputError) as error:
                reason = getattr(error, "strerror", None) or str(error)
                self._tell(question, _gone(f"it does not start: {reason}"))
                continue
            self._open, self._deadline = question, time.monotonic() + PATIENCE
            if self._ready:
                self._send(child, question)

    def _send(self, child: ChildProcess, question: Question) -> None:
        child.send({"kind": question.kind, **dict(question.fields)}, question.buffers)

    def _start(self) -> ChildProcess:
        child = ChildProcess(self._context, "service.serving.survey_worker", self._painter)
        self._ready = False
        log.info("a survey process starts: %d", child.pid)
        return child

    def _hear(self, child: ChildProcess) -> None:
        for header, buffers in child.messages():
            if header["kind"] == "ready" and child.is_its_token(header.get("token")):
                self._ready = True
                child.has_called()
                if self._open is not None:
                    self._send(child, self._open)
            elif self._ready and self._open is not None:
                question = self._open
                fields = {k: v for k, v in header.items() if k not in ("kind", "protocol")}
                if header["kind"] == "fault":
                    self._tell(question, Fault(**header["fault"]))
                else:
                    self._remember(question, Answer(fields, buffers))
                self._open, self._deadline = None, time.monotonic() + IDLE_SECONDS

    def _remember(self, question: Question, answer: Answer) -> None:
        if sum(array.nbytes for array in answer.buffers.values()) <= KEPT_BYTES:
            self._answers[question] = answer
        if len(self._answers) > MAX_ANSWERS:
            self._answers.popitem(last=False)
        self._tell(question, answer)

    def _tell(self, question: Question, said: Answer | Fault) -> None:
        for then in self._asked.pop(question, {}).values():
            then(said)

    def _end(self, reason: str) -> None:
        child, self._child = self._child, None
        assert child is not None
        code = child.close()
        if self._open is not None:
            question, self._open = self._open, None
            self._tell(question, _gone(reason or f"it ended with code {code}"))


def _gone(reason: str) -> Fault:
    return Fault(
        "worker-died",
        "kind",
        f"The process that answers questions has no answer ({reason}).",
        "The service's log says why; try 'service doctor'.",
    )


def _picture(
    buffers: Mapping[str, np.ndarray], low: int, high: int, name: str = "picture"
) -> np.ndarray:
    picture = buffers.get(name)
    if (
        picture is None
        or picture.dtype != np.uint8
        or picture.ndim != 3
        or picture.shape[2] != 3
        or not all(low <= side <= high for side in picture.shape[:2])
    ):
        message = f"Not a picture |u1 (H, W, 3) with sides of {low} to {high} pixels."
        raise InputError("bad-buffer", name, message)
    return picture


def _mesh(
    buffers: Mapping[str, np.ndarray], request: Symmetries | Maps | Solid
) -> dict[str, np.ndarray]:
    shapes: dict[str, tuple[str, tuple[int, ...]]] = {
        "vertices": ("<f4", (3,)),
        "triangles": ("<i4", (3,)),
    }
    if isinstance(request, Maps | Solid):
        shapes["uvs"] = ("<f4", (3, 2))
    mesh = {}
    for name, (dtype, shape) in shapes.items():
        array = buffers.get(name)
        if array is None or array.dtype.str != dtype or array.shape[1:] != shape:
            raise InputError("bad-buffer", name, f"Not {dtype} (N, {', '.join(map(str, shape))}).")
        mesh[name] = array
    # The server stands still while it reads them.
    if sum(array.nbytes for array in mesh.values()) > request.MAX_BYTES:
        limit = request.MAX_BYTES >> 20
        raise InputError("too-large", "triangles", f"The mesh is over {limit} MiB.")
    return mesh

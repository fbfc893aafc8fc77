"""What the service says of networks: their layers and classes, pictures of channels, which channels
describe a picture; and of groups that no menu has. Asked in the background, kept for the panels.
Main thread only, but for the thread itself; no bpy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ..offer import catalogue
from ..offer.dreams import Contents, is_name, is_target, strongest
from ..offer.swatches import SIDE
from ..offer.symmetries import canonical
from ..printable import printable
from ..problems import Problem, ProblemError
from .answers import HINT
from .connection import Connection, Timing
from .messages import RUNNING, Report
from .worker import LOST, Worker, greet

PICTURE_SIDE = 64  # pixels of a channel's picture
LONG = 600.0  # seconds until an answer is not waited for any more: others may have asked before
_KEPT = 512  # pictures, and looks


@dataclass(frozen=True)
class Question:
    """A question; ``picture``, |u1 (H, W, 3), goes with a survey, and with a look at a ``style``;
    ``group`` is asked for alone. Equal ones have equal answers."""

    kind: str
    network: str = ""
    layer: str = ""
    channel: int = 0
    picture: np.ndarray | None = field(default=None, compare=False, repr=False)
    group: str = ""
    style: str = ""

    def fields(self) -> dict[str, Any]:
        """What the request carries."""
        if self.kind == "group":
            return {"group": self.group}
        if self.kind == "look":
            return {}
        asked: dict[str, Any] = {"network": self.network}
        if self.kind == "channel":
            asked |= {"layer": self.layer, "channel": self.channel, "size": PICTURE_SIDE}
        return asked


@dataclass(frozen=True)
class Found:
    """What describes a picture. rows: {layer, channel, strength}, strongest first; together: mixes
    of channels."""

    rows: Sequence[Mapping[str, Any]]
    together: Sequence[str]


@dataclass(frozen=True)
class Learnt:
    """What the service says of a group, a row as in its offer."""

    row: Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Look:
    """A style for the swatches of colour rules: ``pixels``, |u1 (h, h, 3), and the (3, 4) ``frame``
    that rules act on, see :func:`..offer.swatches.painted`."""

    pixels: np.ndarray
    frame: np.ndarray


Answer = Any  # Contents; |u1 (side, side, 3); Found; Learnt; Look; or the Problem


class Lookup(Worker):
    """Asks one thing after the other."""

    def __init__(
        self, address: str, key_file: str, questions: list[Question], timing: Timing | None = None
    ) -> None:
        super().__init__(address, None, timing, key_file)
        self._questions, self._answers = questions, list[tuple[Question, Answer]]()

    def take(self) -> list[tuple[Question, Answer]]:
        """What has been answered since the last call."""
        with self._changed:
            taken, self._answers = self._answers, []
            return taken

    def _converse(self, connection: Connection) -> None:
        greet(connection, None)
        for question in self._questions:
            try:
                answer = _ask(connection, question)
            except ProblemError as error:
                if error.problem.code in LOST:
                    raise
                answer = error.problem
            with self._changed:
                self._answers.append((question, answer))
                self._changed.notify_all()
        self._set(state="finished")


def _ask(connection: Connection, question: Question) -> Answer:
    given = {} if question.picture is None else {"picture": question.picture}
    header, buffers = connection.ask(question.kind, question.fields(), given, LONG, patient=True)
    if question.kind == "network":
        layers = {r["name"]: r["channels"] for r in header["layers"] if is_name(r["name"])}
        return Contents(layers, tuple(map(printable, header["classes"])))
    if question.kind == "group":
        return Learnt(header["group"])
    if question.kind == "survey":
        return Found(header["channels"], header["dreams"])
    pixels = buffers["pixels"]
    if question.kind == "look":
        frame = catalogue.frame_of(header["frame"])
        if frame is None or pixels.shape != (SIDE, SIDE, 3):
            raise ProblemError(Problem("bad-reply", "The service sent no such picture.", HINT))
        return Look(np.array(pixels), frame)
    if pixels.shape != (PICTURE_SIDE, PICTURE_SIDE, 3):
        raise ProblemError(Problem("bad-reply", "The service sent no such picture.", HINT))
    return np.array(pixels)


@dataclass
class _Survey:
    """A picture that is looked at for the object ``uid``. count: of channels, 0 for mixes."""

    uid: Any
    count: int
    lookup: Lookup


_contents: dict[str, Contents] = {}
_pictures: dict[Question, np.ndarray] = {}
_looks: dict[str, Look] = {}
_refused: dict[Question, Problem] = {}
_waiting: list[Question] = []
_pending: Lookup | None = None
_survey: _Survey | None = None
_last = Report("finished")  # of the last survey
news = 0  # how often something has come


def contents(network: str) -> Contents | None:
    """What is in a network, if it is known."""
    return _contents.get(network)


def picture(network: str, layer: str, channel: int) -> np.ndarray | None:
    """A channel's picture, if it is there."""
    return _pictures.get(Question("channel", network, layer, channel))


def look(style: str) -> Look | None:
    """What a style looks like, an exemplar or a file, if it is known."""
    known = catalogue.known()
    if style in known.looks and style in known.frames:
        return Look(known.looks[style], known.frames[style])
    return _looks.get(style)


def refused(question: Question) -> Problem | None:
    """Why there is no answer."""
    return _refused.get(question)


def ask(question: Question) -> bool:
    """Have something looked up unless it is known, refused, or asked for already; whether there
    is something to wait for. Only a service that has answered before is asked."""
    if _is_answered(question) or question in _refused or not catalogue.known().service:
        return False
    if question not in _waiting:
        _waiting.append(question)
    return True


def _is_answered(question: Question) -> bool:
    if question.kind == "group":
        return catalogue.known().group(question.group) is not None
    if question.kind == "look":
        return question.style in _looks
    return question.network in _contents if question.kind == "network" else question in _pictures


def begin_survey(
    address: str, key_file: str, network: str, pixels: np.ndarray, uid: Any, count: int
) -> Lookup:
    """Find what describes a picture, for the object ``uid``: so many channels, or with a ``count``
    of 0 mixes of them. An older question is given up."""
    global _survey, _last
    if _survey is not None:
        _survey.lookup.leave()
    lookup = Lookup(address, key_file, [Question("survey", network, picture=pixels)])
    _survey, _last = _Survey(uid, count, lookup), Report("connecting")
    lookup.start()
    return lookup


def surveys() -> bool:
    """Whether a picture is being looked at."""
    return _survey is not None


def problem() -> Problem | None:
    """Why the last survey found nothing."""
    return _last.problem


def pending() -> bool:
    """Whether anything is still asked, or waits to be."""
    return bool(_waiting or _pending or _survey)


def collect(address: str, key_file: str) -> tuple[Any, list[tuple[str, float]]] | None:
    """Take what has been answered, and go on asking; of a survey, the object and its new dreams."""
    global _pending, news
    if _pending is not None:
        _take(_pending)
        if _pending.report().state not in RUNNING:
            _take(_pending)
            if _pending.report().problem is not None:
                _waiting.clear()  # who still wants it asks again
            _pending, news = None, news + 1
    if _pending is None and _waiting:
        _pending = Lookup(address, key_file, list(_waiting))
        _pending.start()
    return _take_survey()


def _take(lookup: Lookup) -> None:
    global news
    for question, answer in lookup.take():
        news += 1
        if question in _waiting:
            _waiting.remove(question)
        if isinstance(answer, Problem):
            _refused[question] = answer
        elif isinstance(answer, Learnt):
            catalogue.learn({**answer.row, "name": canonical(question.group)})
            if not _is_answered(question):  # it made no sense
                _refused[question] = Problem("bad-reply", "The service sent no such group.", HINT)
        elif isinstance(answer, Contents):
            _contents[question.network] = answer
        elif isinstance(answer, Look):
            _looks[question.style] = answer
            if len(_looks) > _KEPT:
                del _looks[next(iter(_looks))]
        else:
            _pictures[question] = answer
            if len(_pictures) > _KEPT:
                del _pictures[next(iter(_pictures))]


def _take_survey() -> tuple[Any, list[tuple[str, float]]] | None:
    global _survey, _last, news
    if _survey is None or (report := _survey.lookup.report()).state in RUNNING:
        return None
    done, _survey, news = _survey, None, news + 1
    _last = report
    found = [answer for _, answer in done.lookup.take()]
    if not found:
        return None
    if isinstance(found[0], Problem):
        _last = replace(_last, problem=found[0])
        return None
    if done.count:
        return done.uid, strongest(found[0].rows, done.count)
    return done.uid, [(target, 1.0) for target in found[0].together if is_target(target)]


def retry() -> None:
    """What was refused may be had now: the service is another one, or has been set up anew."""
    _refused.clear()


def stop() -> None:
    """End the threads and forget all."""
    global _pending, _survey, _last
    for lookup in (_pending, None if _survey is None else _survey.lookup):
        if lookup is not None:
            lookup.leave()
            lookup.join()
    _pending, _survey, _last = None, None, Report("finished")
    for known in (_contents, _pictures, _looks, _refused, _waiting):
        known.clear()

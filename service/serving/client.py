"""A client in plain Python, for scripts and tests. The Blender add-on has its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

import service
from geometry.errors import InputError
from service.painting.kept import Paint
from service.recipe.recipe import Recipe
from service.serving.conversation import Conversation, as_input_error
from service.serving.protocol import (
    job_messages,
    mesh_messages,
    new_job_messages,
    service_messages,
)
from service.serving.protocol.answers import HINT
from service.serving.protocol.encodings import Picture
from service.serving.protocol.fields import EncodingName
from service.serving.protocol.message import Request
from service.serving.protocol.uploads import begin_job
from service.serving.protocol.wire import WireError

ENDED = ("finished", "failed", "cancelled")


@dataclass(frozen=True)
class Frame:
    """One reply to a ``frame`` request; ``progress`` and ``error`` as on the wire.

    pixels: (H, W, 3) uint8 sRGB, top row first, or None when there was nothing new to show.
    """

    job: str
    state: str
    progress: dict[str, Any] | None
    error: dict[str, str] | None
    pixels: NDArray[np.uint8] | None

    @property
    def ended(self) -> bool:
        """Whether the job is over: there will be no newer frame."""
        return self.state in ENDED


class Client(Conversation):
    """A conversation with the service at ``address``, in the words of the wire.

    Every method raises InputError, see :class:`service.serving.conversation.Conversation`; what it
    returns has been checked, see :mod:`service.serving.protocol.answers`.
    """

    def hello(self) -> dict[str, Any]:
        """``{"service", "device"}``. Raises "protocol-version" for another release."""
        hello = service_messages.Hello(client=f"orbitex {service.__version__}")
        return self._send_request(hello)[0]

    def describe(self) -> dict[str, Any]:
        """What the service offers; waits for its worker to be ready."""
        return self._send_request(service_messages.Describe(), patient=True)[0]

    def network(self, name: str) -> dict[str, Any]:
        """What is in a network: {"network", "layers", "classes"}, as on the wire."""
        return self._send_request(service_messages.Network(network=name), patient=True)[0]

    def channel_picture(
        self, network: str, layer: str, channel: int, size: int
    ) -> NDArray[np.uint8]:
        """What a channel responds to, (size, size, 3) uint8 sRGB."""
        wanted = service_messages.Channel(network=network, layer=layer, channel=channel, size=size)
        pixels = self._send_request(wanted, patient=True)[1]["pixels"]
        if pixels.shape != (size, size, 3):
            raise InputError("bad-reply", "pixels", "Not the size that was asked for.", HINT)
        return pixels

    def survey(self, network: str, picture: NDArray[np.uint8]) -> dict[str, Any]:
        """What describes a picture (H, W, 3): {"network", "channels", "dreams"}, as on the wire."""
        given = {"picture": picture}
        return self._send_request(service_messages.Survey(network=network), given, patient=True)[0]

    def look(self, picture: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
        """What a picture (H, W, 3) is to a colour rule: small, and its colour frame (3, 4), as
        describe says of exemplars."""
        given = {"picture": picture}
        header, buffers = self._send_request(service_messages.Look(), given, patient=True)
        return buffers["pixels"], np.array(header["frame"])

    def prepare(
        self,
        source: str,
        prepare: Mapping[str, Any],
        pictures: Mapping[str, NDArray[np.uint8]] | None = None,
        size: int = 256,
    ) -> NDArray[np.uint8]:
        """A style picture after its steps, with a longer side of ``size`` pixels at most; source,
        prepare: as in a recipe; pictures: (H, W, 3), those that are named 'buffer:NAME' there."""
        asked = service_messages.Prepare(source=source, prepare=dict(prepare), size=size)
        return self._send_request(asked, pictures, patient=True)[1]["pixels"]

    def group(self, name: str) -> dict[str, Any]:
        """A group of the sphere, as in describe's groups."""
        asked = service_messages.Group(group=name)
        return dict(self._send_request(asked, patient=True)[0]["group"])

    def symmetries(
        self, vertices: NDArray[np.float32], triangles: NDArray[np.int32]
    ) -> list[dict[str, Any]]:
        """The symmetries of a mesh, (V, 3) points and (F, 3) rows of them, the best choice first,
        as on the wire."""
        given = {"vertices": vertices, "triangles": triangles}
        asked = mesh_messages.Symmetries()
        return list(self._send_request(asked, given, patient=True)[0]["symmetries"])

    def maps(
        self,
        picture: NDArray[np.uint8],
        mesh: Mapping[str, np.ndarray],
        **fields: Any,
    ) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """The normal map of a texture (H, W, 3), and occlusion, roughness and metallic packed, of
        its size. mesh: vertices, triangles and uvs; fields: as on the wire."""
        given = {"picture": picture, **mesh}
        _, buffers = self._send_request(mesh_messages.Maps(**fields), given, patient=True)
        return buffers["normal"], buffers["packed"]

    def solid(
        self,
        picture: NDArray[np.uint8],
        mesh: Mapping[str, np.ndarray],
        **fields: Any,
    ) -> dict[str, np.ndarray]:
        """A painted mesh as a solid to print: the buffers of the wire's reply. mesh: vertices, z
        up, triangles and uvs; fields: as on the wire."""
        given = {"picture": picture, **mesh}
        return self._send_request(mesh_messages.Solid(**fields), given, patient=True)[1]

    def withdraw(self) -> int:
        """Give up all questions of this client; how many there were."""
        return int(self._send_request(service_messages.Withdraw())[0]["questions"])

    def heartbeat(self) -> int:
        """The number of jobs queued or running."""
        return int(self._send_request(service_messages.Heartbeat())[0]["jobs"])

    def submit(
        self,
        recipe: Recipe | Mapping[str, Any],
        buffers: Mapping[str, np.ndarray] | None = None,
        cameras: Sequence[Mapping[str, Any]] = (),
    ) -> str:
        """Start a job; its name."""
        data = recipe.model_dump(mode="json") if isinstance(recipe, Recipe) else dict(recipe)
        given = [dict(camera) for camera in cameras]
        return self._begin(new_job_messages.Submit(recipe=data, cameras=given), buffers or {})

    def frame(
        self, job: str, after: int = -1, max_size: int = 0, encoding: EncodingName = "raw"
    ) -> Frame:
        """One frame newer than step ``after``; waits for it as long as the service is alive.
        ``encoding``: of the picture on its way, "jpeg" say, for a slow line."""
        wanted = job_messages.Frame(job=job, after=after, max_size=max_size, encoding=encoding)
        header, buffers = self._send_request(wanted, patient=True)
        try:
            picture = Picture.of(header, buffers, max_size)
            pixels = None if picture is None else picture.pixels()
        except WireError as error:
            raise as_input_error(error) from None
        return Frame(job, header["state"], header["progress"], header["error"], pixels)

    def frames(
        self, job: str, max_size: int = 512, encoding: EncodingName = "raw"
    ) -> Iterator[Frame]:
        """Newer and newer frames. The last one says how the job ended."""
        after = -1
        while True:
            frame = self.frame(job, after, max_size, encoding)
            yield frame
            if frame.ended:
                return
            if frame.progress is not None:
                after = frame.progress["step"]

    def jobs(self) -> list[dict[str, Any]]:
        """All jobs that the service knows, oldest first, as on the wire."""
        return list(self._send_request(job_messages.Jobs())[0]["jobs"])

    def attach(self, job: str) -> dict[str, Any]:
        """State and progress of a job, as on the wire: for a client that was away."""
        return self._send_request(job_messages.Attach(job=job))[0]

    def adjust(self, job: str, changes: Mapping[str, Any]) -> dict[str, Any]:
        """Change a part of a job's recipe, as in {"objective.style": 2}, from its next step on; the
        recipe as it is then."""
        reply = self._send_request(job_messages.Adjust(job=job, changes=dict(changes)))[0]
        return dict(reply["recipe"])

    def repaint(self, job: str, region: NDArray[np.uint8], seed: int) -> str:
        """Start a job that paints a region (H, W) of a job's texture anew, where it is 255, and
        keeps the rest; the name of the new job."""
        return self._begin(new_job_messages.Repaint(job=job, seed=seed), {"region": region})

    def enlarge(self, job: str, size: int) -> str:
        """Start a job that goes on from a job's picture at a larger size; the new job's name."""
        return str(self._send_request(new_job_messages.Enlarge(job=job, size=size))[0]["job"])

    def refinish(
        self,
        job: str,
        finishing: Mapping[str, Any],
        draft: bool = False,
        pictures: Mapping[str, NDArray[np.uint8]] | None = None,
    ) -> tuple[NDArray[np.uint8], dict[str, Any] | None]:
        """The picture of a finished job, finished in another way, and its receipt; a draft has
        none. finishing: values of steps, as in a recipe; pictures: (H, W, 3), those that are named
        'buffer:NAME' there."""
        asked = job_messages.Refinish(job=job, finishing=dict(finishing), draft=draft)
        header, buffers = self._send_request(asked, pictures, patient=True)
        return buffers["pixels"], header["receipt"]

    def pause(self, job: str) -> None:
        """Let a job rest; :meth:`resume` goes on with it."""
        self._send_request(job_messages.Pause(job=job))

    def resume(self, job: str) -> None:
        """Go on with a job that was paused or has failed."""
        self._send_request(job_messages.Resume(job=job))

    def forget(self, job: str) -> None:
        """Delete a job that has ended, with its result."""
        self._send_request(job_messages.Forget(job=job))

    def finish(self, job: str) -> None:
        """End a job with the best so far."""
        self._send_request(job_messages.Finish(job=job))

    def cancel(self, job: str) -> None:
        """End a job without a result."""
        self._send_request(job_messages.Cancel(job=job))

    def result(self, job: str) -> tuple[NDArray[np.uint8], dict[str, Any]]:
        """Texture (H, W, 3) uint8 and receipt of a finished job; raises what made it fail."""
        header, buffers = self._send_request(job_messages.Result(job=job))
        return buffers["texture"], header["receipt"]

    def result_with_paint(self, job: str) -> tuple[NDArray[np.uint8], dict[str, Any], Paint | None]:
        """The same, and the paint that a larger painting can go on from, if there is any."""
        header, buffers = self._send_request(job_messages.Result(job=job, paint=True))
        data = buffers.get("paint")
        paint = None if data is None else Paint.from_bytes(data.tobytes())
        return buffers["texture"], header["receipt"], paint

    def _begin(self, request: Request, given: Mapping[str, np.ndarray]) -> str:
        try:
            return begin_job(self._ask, request.kind(), request.model_dump(), given)
        except WireError as error:
            raise as_input_error(error) from None

"""What the worker needs of the painting heart, as a table of functions.

The worker is handed a table by name, so that the server never imports torch and a test can put a
few lines of NumPy in its place.
"""

from __future__ import annotations

import dataclasses
import functools
import importlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from service.networks import AUTO
from service.painting.steering import Steering
from service.recipe.recipe import Recipe
from service.serving.jobs.job import KeptPaint

if TYPE_CHECKING:
    from service.painting.kept import Paint
    from service.painting.progress import Progress
    from service.perception.network import Network

TORCH_PAINTER = "service.serving.engines.painter:torch_painter"


@dataclass(frozen=True)
class Attempt:
    """One try to paint a job. device: "cpu", "cuda:0", …, see
    :func:`service.ranks.devices.devices_of`; resume: a checkpoint to go on from, as bytes; frugal:
    with as little memory as it takes; steering: see :func:`service.painting.paint.paint`; kept:
    paint of another job, to go on from."""

    device: str
    resume: bytes | memoryview | None = None
    frugal: bool = False
    steering: Steering = ()
    kept: KeptPaint | None = None


Answering = Callable[  # fields and buffers of a request to those of the reply
    [Mapping[str, Any], Mapping[str, np.ndarray]], tuple[dict[str, Any], dict[str, np.ndarray]]
]


@dataclass(frozen=True)
class Painter:
    """The functions that make up a painter. Scene and style pictures pass through unseen.

    devices() -> "cuda:0", … or "cpu", at least one; describe() -> body of the ``describe``
    reply; load_styles(recipe, buffers) and wire_scene(recipe, cameras, buffers) raise InputError
    for what a client sent wrong; paint(recipe, scene, styles, attempt) yields one Progress a step,
    whose ``checkpoint`` it can go on from, and raises InputError("bad-checkpoint") for one that it
    cannot use; finish(recipe, scene, styles, last) -> the picture as delivered, its receipt,
    JSON-able, and its paint.

    What is in networks, by name, "auto" for the best at hand that knows classes: network(name) ->
    the wire's "layers" and "classes";
    channel(name, layer, channel, size) -> its picture, (size, size, 3) uint8; survey(name,
    picture (H, W, 3) uint8) -> the wire's "channels", all of them, and "dreams".
    look(picture (H, W, 3) uint8) -> what the offer says of an exemplar: small, and its frame.
    group(name) -> a
    row of the offer's groups; symmetries(vertices, triangles) -> what a mesh has; maps(fields,
    buffers) and solid(fields, buffers) of the wire's 'maps' and 'solid' -> those of its reply;
    refinish(folder of a job, steps, draft, buffers) -> those of that reply; prepare(fields,
    buffers) of the wire's 'prepare' likewise. All raise InputError.
    """

    devices: Callable[[], list[str]]
    describe: Callable[[], dict[str, Any]]
    load_styles: Callable[[Recipe, Mapping[str, np.ndarray]], Sequence[Any]]
    wire_scene: Callable[[Recipe, list[dict[str, Any]], Mapping[str, np.ndarray]], Any]
    paint: Callable[[Recipe, Any, Sequence[Any], Attempt], Iterator[Progress]]
    finish: Callable[
        [Recipe, Any, Sequence[Any], Progress], tuple[NDArray[np.uint8], dict[str, Any], Paint]
    ]
    network: Callable[[str], dict[str, Any]]
    channel: Callable[[str, str, int, int], NDArray[np.uint8]]
    survey: Callable[[str, NDArray[np.uint8]], dict[str, Any]]
    look: Callable[[NDArray[np.uint8]], tuple[NDArray[np.uint8], list[list[float]]]]
    group: Callable[[str], dict[str, Any]]
    symmetries: Callable[[np.ndarray, np.ndarray], list[dict[str, Any]]]
    maps: Answering
    solid: Answering
    prepare: Answering
    refinish: Callable[
        [str, Mapping[str, Any], bool, Mapping[str, np.ndarray]],
        tuple[dict[str, Any], dict[str, np.ndarray]],
    ]


def torch_painter() -> Painter:
    """The real painter. Imports torch, which takes seconds: for the worker process only."""
    import torch

    from geometry.catalogue import find_group
    from service.describe import describe, frame_rows, full_group_row, small_picture
    from service.inputs.styles import load_styles
    from service.painting.checkpoint import Checkpoint
    from service.painting.kept import Before, Paint, kept_paint
    from service.painting.paint import devices_for, paint
    from service.perception.choice import best_at_hand
    from service.perception.contents import contents
    from service.perception.network import load_network
    from service.ranks.devices import devices_of
    from service.ranks.together import together
    from service.reporting.finish import finish
    from service.scene import wire_scene
    from service.serving.engines.refinishing import Refinisher
    from service.survey.dreaming import channel_picture
    from service.survey.likeness import likeness
    from service.survey.preparing import prepared_style
    from service.survey.surveying import survey

    def all_symmetries(vertices: np.ndarray, triangles: np.ndarray) -> list[dict[str, Any]]:
        from service.survey.symmetries import symmetries  # Warp, which only some want

        return symmetries(vertices, triangles)

    def maps(
        fields: Mapping[str, Any], buffers: Mapping[str, np.ndarray]
    ) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        from service.maps.of_mesh import maps_of_mesh

        return maps_of_mesh(fields, buffers)

    def solid(
        fields: Mapping[str, Any], buffers: Mapping[str, np.ndarray]
    ) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        from service.solids.of_mesh import solid_of_mesh

        return solid_of_mesh(fields, buffers)

    read = functools.lru_cache(maxsize=2)(load_network)  # for whoever asks about one

    def devices() -> list[str]:
        return [f"cuda:{k}" for k in range(torch.cuda.device_count())] or ["cpu"]

    def named(name: str) -> str:
        return best_at_hand(["class:0"], devices()[0]) if name == AUTO else name

    def loaded(name: str) -> Network:
        return read(named(name))

    def survey_all(name: str, picture: NDArray[np.uint8]) -> dict[str, Any]:
        network = loaded(name)
        found = survey(picture, network)
        rows = [asdict(row) for row in found]
        return {"channels": rows, "dreams": likeness(found, list(network.info.layers))}

    def paint_on(
        recipe: Recipe, scene: Any, styles: Sequence[Any], attempt: Attempt
    ) -> Iterator[Progress]:
        resume = attempt.resume
        checkpoint = None if resume is None else Checkpoint.from_bytes(resume)
        before: Before | None = None
        if attempt.kept is not None:
            found, region = Paint.from_bytes(attempt.kept.data), attempt.kept.region
            if region is None:
                before = dataclasses.replace(found, source=attempt.kept.job)
            else:
                before = kept_paint(scene, recipe.size, found, region > 127)
        return together(
            *(devices_for(recipe, scene, devices_of(attempt.device)), paint),
            *(recipe, scene, styles),
            resume=checkpoint,
            frugal=attempt.frugal,
            steering=attempt.steering,
            before=before,
        )

    def finish_all(
        recipe: Recipe, scene: Any, styles: Sequence[Any], last: Progress
    ) -> tuple[NDArray[np.uint8], dict[str, Any], Paint]:
        done = finish(recipe, scene, styles, last)
        paint = dataclasses.replace(last.paint(), picture=done.painted)
        return done.picture, done.receipt, paint

    return Painter(
        devices=devices,
        describe=describe,
        load_styles=load_styles,
        wire_scene=wire_scene,
        paint=paint_on,
        finish=finish_all,
        network=lambda name: contents(named(name)),
        channel=lambda name, *about: channel_picture(loaded(name), *about),
        survey=survey_all,
        look=lambda picture: (small_picture(picture), frame_rows(picture)),
        group=lambda name: full_group_row(find_group(name, "sphere")),
        symmetries=all_symmetries,
        maps=maps,
        solid=solid,
        prepare=prepared_style,
        refinish=Refinisher(),
    )


def load_painter(place: str) -> Painter:
    """The painter that the function at ``"module:function"`` returns.

    The place comes from the code that starts the service, never from a client.
    """
    module, _, function = place.partition(":")
    painter = getattr(importlib.import_module(module), function)()
    assert isinstance(painter, Painter), place
    return painter

"""The process that answers clients' questions: what is in a network, what a channel responds to,
which channels describe a picture, what a group is like, which symmetries a mesh has, what material
and what solid a texture makes, what a style is like, prepared, and a painting, finished in another
way. Beside the workers, so that nobody waits for a painting, and what happens to it happens to no
job.

Started by :mod:`service.serving.surveyor` as ``python -m service.serving.survey_worker ADDRESS
PAINTER``. It is asked one question after the other, and says ``ready``, ``answer`` or ``fault``.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from typing import Any

import numpy as np

from service.serving.engines.commands import sendable
from service.serving.engines.paint_job import fault_of
from service.serving.engines.painter import Painter, load_painter
from service.serving.processes.child import call, token
from service.serving.protocol.service_messages import MAX_FOUND

NICENESS = 5  # painting goes first


def main() -> None:
    """Answer one server until it is gone."""
    address, place = sys.argv[1:]
    channel = call(address)
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    channel.send("ready", {"token": token()})
    painter = load_painter(place)
    while True:
        header, buffers = channel.receive()
        try:
            channel.send("answer", *answer(painter, header, buffers))
        except Exception as error:
            channel.send("fault", {"fault": fault_of(error).as_dict()})


def answer(
    painter: Painter, header: Mapping[str, Any], buffers: Mapping[str, np.ndarray]
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Fields and buffers of the reply to a question. Raises InputError."""
    kind = header["kind"]
    if kind == "group":
        return {"group": sendable(painter.group(header["group"]))}, {}
    if kind == "symmetries":
        found = painter.symmetries(buffers["vertices"], buffers["triangles"])
        return {"symmetries": [sendable(row) for row in found]}, {}
    if kind == "maps":
        return painter.maps(header, buffers)
    if kind == "solid":
        return painter.solid(header, buffers)
    if kind == "refinish":
        steps = json.loads(header["finishing"])
        return painter.refinish(header["folder"], steps, header["draft"], buffers)
    if kind == "prepare":
        return painter.prepare({**header, "prepare": json.loads(header["prepare"])}, buffers)
    if kind == "look":
        pixels, frame = painter.look(buffers["picture"])
        return {"frame": frame}, {"pixels": pixels}
    network = header["network"]
    fields: dict[str, Any] = {"network": network}
    if kind == "network":
        return fields | sendable(painter.network(network)), {}
    if kind == "channel":
        layer, channel = header["layer"], header["channel"]
        pixels = painter.channel(network, layer, channel, header["size"])
        return fields | {"layer": layer, "channel": channel}, {"pixels": pixels}
    surveyed = painter.survey(network, buffers["picture"])
    return fields | sendable(surveyed | {"channels": surveyed["channels"][:MAX_FOUND]}), {}


if __name__ == "__main__":
    main()

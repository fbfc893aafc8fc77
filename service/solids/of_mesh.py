"""The solid of a mesh that a client shows: what the wire's 'solid' answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from geometry.mesh.mesh import make_mesh
from service.solids.filaments import corner_colours
from service.solids.files import solid_bytes
from service.solids.order import Order
from service.solids.printed import check_colours, checked_colours, cuts
from service.solids.relief import relief


def solid_of_mesh(
    fields: Mapping[str, Any], buffers: Mapping[str, np.ndarray]
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Fields and buffers of the reply. Raises InputError as ``service relief`` does, and as
    :func:`geometry.mesh.mesh.make_mesh`."""
    suffix = f".{fields['format']}" if fields["format"] else ""
    check_colours(fields["colours"], suffix)
    mesh = make_mesh(buffers["vertices"], buffers["triangles"], buffers["uvs"])
    order = Order(
        mm=fields["mm"],
        depth=fields["depth"],
        detail=fields["detail"],
        cuts=cuts(fields["wall"], fields["drain"], fields["base"]),
        inverted=fields["invert"],
        raised=fields["raised"],
    )
    body = relief(mesh, "Z", [buffers["picture"]], order)
    chosen = checked_colours(body, fields["colours"], suffix)
    made = {}
    if chosen is not None:
        palette, number = chosen
        made = {"palette": palette, "filament": number.astype(np.uint8)}
    made |= {
        "points": body.points.astype(np.float32),
        "triangles": body.triangles.astype(np.int32),
        "colours": corner_colours(body, chosen),
    }
    if suffix:
        made["file"] = np.frombuffer(solid_bytes(body, suffix, chosen), np.uint8)
    return {"volume": body.volume}, made

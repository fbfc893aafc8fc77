"""The maps of a mesh that a client shows: what the wire's 'maps' answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from geometry.errors import InputError
from geometry.mesh.mesh import make_mesh
from geometry.symmetry.colour import ColourElement
from geometry.symmetry.colour_frame import RGB, ColourFrame
from service.maps.light import light_of
from service.maps.relief import Finish, make_maps, stored
from service.maps.skin import SkinGround

_SIZE = 100.0  # the mesh's longest side: all lengths are relative to it
_REACH = 0.05  # of that, how far away what rises takes light


def maps_of_mesh(
    fields: Mapping[str, Any], buffers: Mapping[str, np.ndarray]
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Fields and buffers of the reply. Raises InputError: "bad-value", and as
    :func:`geometry.mesh.mesh.make_mesh`."""
    colours = [_element(row) for row in fields["colours"]]
    frame = RGB if fields["frame"] is None else ColourFrame.from_array(np.array(fields["frame"]))
    if not np.linalg.matrix_rank(np.array(frame.axes)) == 3:
        raise InputError("bad-value", "frame", "The axes of this frame lie in a plane.")
    pixels = buffers["picture"]
    mesh = make_mesh(buffers["vertices"], buffers["triangles"], buffers["uvs"])
    ground = SkinGround(mesh, (pixels.shape[0], pixels.shape[1]), _SIZE)
    light = light_of(pixels, colours, frame, ground.seen)
    high, low = fields["roughness"]
    finish = Finish(
        depth=fields["depth"] * _SIZE,
        reach=_REACH * _SIZE,
        roughness=(high, low),
        invert=fields["invert"],
    )
    maps = make_maps(ground, light.heights, pixels, finish)
    values = {"normal": stored(maps.normal, "opengl"), "packed": maps.packed}
    levels = {name: np.rint(value * 255).astype(np.uint8) for name, value in values.items()}
    return {"flat": light.flat}, levels


def _element(row: Sequence[int]) -> ColourElement:
    a, b, c = row
    if sorted(map(abs, row)) != [1, 2, 3]:
        raise InputError("bad-value", "colours", f"{list(row)} is no colour of a rule.")
    return a, b, c

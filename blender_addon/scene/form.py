"""The shape of an object, to be compared."""

from __future__ import annotations

from typing import Any

import numpy as np


def form_of(obj: Any) -> Any:
    """Changes with the shape of an object, as far as that can be seen without work."""
    box = np.round(np.array(obj.bound_box), 5).tobytes()
    scale = np.round(np.array(obj.matrix_world.to_scale()), 5).tobytes()
    mesh = obj.data
    return mesh.name_full, len(mesh.vertices), len(mesh.polygons), box, scale

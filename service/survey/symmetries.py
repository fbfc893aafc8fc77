"""The symmetries of a mesh, as a panel offers them. Imports Warp, half a second."""

from __future__ import annotations

from typing import Any

import numpy as np

from geometry.catalogue import find_group
from geometry.mesh.detection import Proposal, detect_symmetries
from geometry.mesh.mesh import make_mesh
from service.survey.labels import proposal_label

MOST_TURNS = 12  # of what is offered: copies should not be slivers
MOST_COPIES = 60  # of what is offered first: more are too small for most textures
_ANY_UVS = ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0))


def symmetries(vertices: np.ndarray, triangles: np.ndarray) -> list[dict[str, Any]]:
    """What the wire's 'symmetries' says of a mesh, the best choice first: (V, 3) points, (F, 3)
    rows of them. Raises InputError as :func:`geometry.mesh.mesh.make_mesh`."""
    uvs = np.broadcast_to(_ANY_UVS, (len(triangles), 3, 2))
    found = detect_symmetries(make_mesh(vertices, triangles, uvs), MOST_TURNS)
    rows = [_row(proposal) for proposal in found]
    return sorted(rows, key=lambda row: bool(row["order"] > MOST_COPIES))  # stable: largest first


def _row(proposal: Proposal) -> dict[str, Any]:
    return {
        "name": proposal.group,
        "label": proposal_label(proposal),
        "order": find_group(proposal.group, "sphere").order,
        "axis": proposal.axis,
        "centre": proposal.centre,
        "deviation": round(proposal.deviation.worst, 6),
        "frame": proposal.placement.rotation.round(9).ravel().tolist(),
    }

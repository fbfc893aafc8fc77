"""A painted mesh from four sides, with the project's own views: no other renderer is needed."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from geometry.maps.pyramid import build_pyramid
from geometry.mesh.mesh import Mesh, make_mesh
from geometry.seeing.cameras import Camera
from geometry.seeing.visibility import trace_ready, view_map
from service.mesh_files.loading import LoadedMesh
from service.pictures.look import to_linear, to_srgb

SIDE = 640
VIEWS = ("front", "right", "back", "from above")
SUBSAMPLES = 8
_LARGEST = 2048  # of the textures that are looked at: pictures show no more
_FOV, _FILL = math.radians(30), 0.9
_GROUND = 236 / 255  # sRGB
_AMBIENT = 0.4  # light on what is seen from the side or from behind
_PLAIN = (176, 176, 176)  # what is not painted and has no known colour
# From the object towards the camera: right, up, front.
_SIDES = ((0, 0.12, 1), (1, 0.12, 0), (0, 0.12, -1), (-0.75, 0.75, 1))


def preview_views(loaded: LoadedMesh, picture: NDArray[np.uint8]) -> list[NDArray[np.uint8]]:
    """Renders of a mesh with its textures, stacked: (rows, columns, 3 or 4) uint8 sRGB. Four
    (640, 640, 3) uint8: front, right, back, and from above between front and left.

    Lit from the camera, brighter the more the surface faces it, with light for its back too. Clear
    parts show the ground.
    """
    mesh, textures = _with_others(loaded, _reduced(picture, loaded.mesh.textures))
    light = to_linear(textures / 255)
    light[..., :3] *= light[..., 3:]
    rows, columns, _ = light.shape
    pyramid = build_pyramid(light)
    traced = trace_ready(mesh)

    def render(camera: Camera) -> NDArray[np.uint8]:
        view = view_map(traced, camera, (rows, columns), SUBSAMPLES)
        seen = (view.sampling.matrix @ pyramid).reshape(SIDE, SIDE, 4)
        shade = _AMBIENT + (1 - _AMBIENT) * view.cosine[..., None]
        ground = to_linear(np.array(_GROUND))
        lit = seen[..., :3] * shade + (1 - seen[..., 3:]) * ground
        return np.rint(255 * to_srgb(lit.clip(0, 1))).astype(np.uint8)

    cameras = [_camera(loaded.mesh.vertices, loaded.up, side) for side in _SIDES]
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(render, cameras))


def _reduced(picture: NDArray[np.uint8], textures: int) -> NDArray[np.float64]:
    """The textures with alpha, each halved until it is no larger than is looked at."""
    blocks = []
    for texture in np.split(picture, textures):
        rows, columns, _ = texture.shape
        factor = 1
        while max(rows, columns) > _LARGEST * factor and not (rows | columns) & (2 * factor - 1):
            factor *= 2
        smaller = Image.fromarray(np.ascontiguousarray(texture)).reduce(factor)
        blocks.append(np.asarray(smaller.convert("RGBA"), np.float64))
    return np.concatenate(blocks)


def _with_others(
    loaded: LoadedMesh, textures: NDArray[np.float64]
) -> tuple[Mesh, NDArray[np.float64]]:
    """The mesh with what is not painted as one more texture: a strip of plain colour for each."""
    mesh, others = loaded.mesh, loaded.others
    if not others:
        return mesh, textures
    rows, columns, _ = textures.shape
    strips = np.empty((rows // mesh.textures, columns, 4))
    points, triangles, uvs = [mesh.vertices], [mesh.triangles], [mesh.uvs]
    start = len(mesh.vertices)
    for number, part in enumerate(others):
        look, count = part.look, len(part.triangles)
        colour = _PLAIN if look.colour is None else look.colour[:3]
        if look.image is not None:
            colour = look.image[..., :3].mean(axis=(0, 1))
        elif part.colours is not None:
            colour = part.colours[:, :3].mean(axis=0)
        low, high = (columns * k // len(others) for k in (number, number + 1))
        strips[:, low:high] = (*colour, 255)
        points.append(part.vertices)
        triangles.append((part.triangles + start).astype(np.int32))
        uvs.append(np.full((count, 3, 2), ((low + high) / 2 / columns, 0.5)))
        start += len(part.vertices)
    owner = np.full(sum(len(part.triangles) for part in others), mesh.textures, np.int32)
    whole = make_mesh(
        np.concatenate(points),
        np.concatenate(triangles),
        np.concatenate(uvs),
        np.concatenate([mesh.texture, owner]),
    )
    return whole, np.concatenate([textures, strips])


def _camera(points: NDArray[np.float64], up_axis: str, side: tuple[float, float, float]) -> Camera:
    """A camera that looks at the points from a side (right, up, front), so that they fill 90 % of
    the picture's width or height."""
    up = np.array((0.0, 1.0, 0.0) if up_axis == "Y" else (0.0, 0.0, 1.0))
    front = np.array((0.0, 0.0, 1.0) if up_axis == "Y" else (0.0, -1.0, 0.0))
    right = np.cross(up, front)
    away = side[0] * right + side[1] * up + side[2] * front
    away /= np.linalg.norm(away)
    across = np.cross(up, away)
    across /= np.linalg.norm(across)
    centre = (points.min(axis=0) + points.max(axis=0)) / 2
    radius = float(np.linalg.norm(points - centre, axis=1).max())
    distance = radius / math.sin(_FOV / 2)
    pose = np.eye(4)
    pose[:3, :3] = np.column_stack([across, np.cross(away, across), away])
    pose[:3, 3] = centre + distance * away
    seen = (points - pose[:3, 3]) @ pose[:3, :3]
    window = seen[:, :2] / -seen[:, 2:]
    low, high = window.min(axis=0), window.max(axis=0)
    lens = _FILL * Camera.sensor_width / float((high - low).max())
    shift = (low + high) / 2 * lens / Camera.sensor_width
    a, b, c, d = (tuple(float(x) for x in row) for row in pose)
    return Camera(
        matrix_world=(a, b, c, d),  # type: ignore[arg-type]
        width=SIDE,
        height=SIDE,
        lens=lens,
        shift_x=float(shift[0]),
        shift_y=float(shift[1]),
        clip_start=(distance - radius) / 2,
        clip_end=distance + 10 * radius,  # what is not painted may stand behind
    )

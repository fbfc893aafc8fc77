"""A painted mesh made whole: what no view saw is filled, margins are filled across the seams, the
seams are erased where no group did so, and what the mask keeps is put back, bit for bit. Then it is
measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from geometry.mesh.seams import find_seams
from geometry.mesh.surface import texels_at_a_time, uv_surface
from geometry.mesh.symmetry import deviation
from geometry.mesh.symmetry_error import symmetry_error
from geometry.symmetry.colour import white
from geometry.symmetry.colour_frame import rounded
from geometry.texture.coverage import SEEN_PIXELS, coverage_picture, surface_coverage
from geometry.texture.filling import fill_unseen
from geometry.texture.layout import overlapping_texels, texel_stretch
from geometry.texture.margins import filling
from geometry.texture.seam_erasure import erase_in_place
from geometry.texture.seam_steps import seam_ratio
from service.finisher import in_inks, unique_colours
from service.inputs.body import Body
from service.painting.kept import Backdrop
from service.pictures.base_colour import fitted_stack
from service.pictures.depth import in_depth, in_eight_bits
from service.reporting.quality import Quality, SymmetryError
from service.spaces.frame import Picture
from service.spaces.mesh import MeshScene
from service.spaces.mesh_design import MARGIN_TEXELS
from service.spaces.space import LARGEST

LEVELS = 4  # of the mip pyramid, on which seams are measured


@dataclass(frozen=True)
class MeshFigures:
    """How a mesh is painted. coverage: part of its surface, 0 to 1, that views have seen; seams:
    the colour step across UV seams over that across other edges, by mip level, None without seams;
    overlap: part of the texels that several places of the surface share; density: texels per unit
    of length; stretch_median, stretch_95: how many times as dense texels are along one direction as
    along the other, and what 95 % of the surface stays below; spread: of the density over the
    surface, 95th over 5th percentile; collapsed: part of the surface, 0 to 1, whose faces have no
    area in the layout, and collapsed_triangles: how many those are; deviation: of the surface from
    its images under the group, the worst, relative to its size; None without a group that moves the
    surface."""

    coverage: float
    seams: Mapping[str, float | None]
    overlap: float
    density: float
    stretch_median: float
    stretch_95: float
    spread: float
    collapsed: float
    collapsed_triangles: int
    deviation: float | None


@dataclass(frozen=True, eq=False)
class FinishedMesh:
    """texture: (rows, columns, 3 or 4), all textures one below the other; painted: (rows, columns,
    3), the same without the base; coverage: a picture (rows, columns, 3), uint8, of what no view
    saw; seen: (rows, columns), the texels that one did."""

    texture: Picture
    painted: Picture
    coverage: NDArray[np.uint8]
    seen: NDArray[np.bool_]
    quality: Quality
    figures: MeshFigures


def finish_mesh(
    scene: MeshScene,
    texture: Picture,
    seen: NDArray[np.floating],
    backdrop: Backdrop | None = None,
    inked: bool = False,
) -> FinishedMesh:
    """The textures of a painting, (rows, columns, 3), made whole and measured. ``seen``: how many
    pixels of the views each texel fills, at any size; ``backdrop``: of one that was repainted;
    ``inked``: it stays in the colours that it has, and takes on none between them."""
    body, placement = scene.body, scene.placement
    mesh = body.mesh
    rows, columns = shape = texture.shape[0], texture.shape[1]
    # of large textures all in float64 would be gigabytes
    precision = np.float64 if columns <= LARGEST else np.float32
    texels = uv_surface(mesh, columns, rows, MARGIN_TEXELS, precision=precision)
    seen = np.asarray(
        Image.fromarray(np.asarray(seen, np.float32)).resize(
            (columns, rows), Image.Resampling.NEAREST
        )
    )
    seams = find_seams(mesh)
    fills = filling(mesh, shape, MARGIN_TEXELS, seams=seams)
    unseen = texels.covered & (seen <= SEEN_PIXELS)

    def whole(texture: Picture) -> Picture:
        colours = np.divide(texture.reshape(-1, 3), white(texture.dtype), dtype=precision)
        colours = fill_unseen(colours, unseen, texels, mesh)
        fills.fill(colours)
        if scene.group.order == 1:  # else it would break the symmetry, and what was folded had none
            erase_in_place(colours, mesh, seams, shape, MARGIN_TEXELS, fills)
        found = np.empty_like(texture)
        for some in texels_at_a_time(len(colours)):
            found.reshape(-1, 3)[some] = rounded(colours[some], texture.dtype)
        return found

    painted = whole(texture)
    if backdrop is not None:  # seams are erased everywhere at once, if only a little far away
        painted = backdrop.behind(painted, whole(backdrop.kept))
    # of large textures most of it, and not asked for any more
    texels = replace(texels, position=np.empty((0, 3)))
    if inked:
        painted = in_inks(painted, unique_colours(texture)[0])
    ratios = {f"mip{level}": seam_ratio(painted, mesh, seams, level) for level in range(LEVELS)}
    moved = scene.action == "surface" and scene.group.order != 1 and scene.folds is None
    errors: tuple[SymmetryError, ...] = ()
    worst = None
    if moved:
        errors = tuple(
            SymmetryError(e.letter, e.rms, e.worst, False)
            for e in symmetry_error(
                painted, mesh, scene.group, scene.colouring, placement, scene.frame
            )
            if e.rms is not None and e.worst is not None
        )
        worst = deviation(mesh, scene.elements, placement).worst
    stretch = texel_stretch(mesh, shape)
    holes = body.holes_at(shape)
    figures = MeshFigures(
        surface_coverage(seen, texels, mesh, holes),
        ratios,
        overlapping_texels(mesh, shape)[0],
        stretch.density,
        stretch.ratio_median,
        stretch.ratio_95,
        stretch.spread,
        float(mesh.areas[mesh.collapsed].sum() / mesh.areas.sum()),
        int(mesh.collapsed.sum()),
        worst,
    )
    return FinishedMesh(
        with_base(painted, body),
        painted,
        coverage_picture(in_eight_bits(painted), np.where(holes, np.inf, seen), texels),
        texels.covered.reshape(shape) & (seen > SEEN_PIXELS) & ~holes,
        Quality(errors, ratios),
        figures,
    )


def with_base(painted: Picture, body: Body) -> Picture:
    """The base where the mask keeps it, and its alpha."""
    if body.base is None:
        return painted
    shape = painted.shape[0], painted.shape[1]
    base = in_depth(fitted_stack(body.base, shape, body.mesh.textures), painted.dtype)
    if body.mask is not None:
        share = fitted_stack(body.mask, shape, body.mesh.textures)[..., None] / 255
        mixed = share * painted + (1 - share) * base[..., :3]
        painted = np.rint(mixed).astype(painted.dtype)
    return (
        painted if base[..., 3].min() == white(base.dtype) else np.dstack([painted, base[..., 3]])
    )

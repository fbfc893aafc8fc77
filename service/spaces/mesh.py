"""Meshes: their UV textures, with the symmetry of the sphere or of their own. What takes Warp, half
a second, is only imported when a mesh is painted: see :mod:`service.spaces.mesh_design`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geometry.catalogue import find_group
from geometry.errors import InputError
from geometry.symmetry.groups import Group, elements
from service.inputs.body import Body
from service.pictures.base_colour import fitted_stack
from service.spaces.frame import Picture
from service.spaces.space import LARGEST, Scene, Space, resolved

if TYPE_CHECKING:
    from geometry.mesh.symmetry import Placement
    from service.recipe.recipe import Recipe
    from service.spaces.mesh_design import MeshDesign

_LARGEST = 2 * LARGEST
_COLOURS_WIDTH = 512  # texels across a texture whose colours are measured


@dataclass(frozen=True, eq=False, kw_only=True)
class MeshScene(Scene):
    """body: the mesh and what lies around it; placement: where the group stands in it; action:
    what the group moves; view_layout: how views lie around it."""

    body: Body
    placement: Placement
    action: str = "surface"
    view_layout: str = "sphere"

    @classmethod
    def of(cls, recipe: Recipe, body: Body | None) -> MeshScene:
        """See Space. Raises InputError, besides what :func:`resolved` does: "missing-mesh",
        "missing-base", "bad-value", and what :mod:`geometry.mesh.symmetry` does."""
        if body is None:
            raise InputError(
                "missing-mesh", "mesh", "A mesh recipe needs a mesh.", "Name its file."
            )
        from geometry.mesh.symmetry import check_symmetry, place  # Warp: half a second

        fields = resolved(recipe, find_group(recipe.group, SPACE.groups))
        _check_base(recipe, body)
        _check_directions(recipe, fields["group"])
        acting = elements(fields["group"], fields["colouring"])
        if recipe.action == "direction" or fields["group"].order == 1:
            placement = place(body.mesh, recipe.axis, recipe.centre)
        else:
            placement = place(body.mesh, recipe.axis, recipe.centre, acting)
            check_symmetry(body.mesh, acting, placement, recipe.tolerance)
        return cls(
            **fields,
            body=body,
            placement=placement,
            action=recipe.action,
            view_layout=recipe.view_layout,
        )

    def colours_before(self) -> Picture | None:
        """See Scene: what faces show of the base."""
        from geometry.mesh.surface import uv_surface  # Warp: half a second

        base, mesh = self.body.base, self.body.mesh
        if base is None:
            return None
        height = max(1, round(_COLOURS_WIDTH * self.body.aspect))
        shape = (mesh.textures * height, _COLOURS_WIDTH)
        texels = fitted_stack(base, shape, mesh.textures)
        shown = uv_surface(mesh, shape[1], shape[0], 0).covered & ~self.body.holes_at(shape)
        return texels[shown][None, :, :3] if shown.any() else texels[..., :3]

    def design(self, width: int) -> MeshDesign:
        """See Scene."""
        from service.spaces.mesh_design import MeshDesign

        return MeshDesign(self, width)


def _check_directions(recipe: Recipe, group: Group) -> None:
    over = "start" if recipe.start == "base" else "style_colours"
    painted_over = recipe.start == "base" or recipe.style_colours == "light"
    if painted_over and recipe.action == "direction" and group.order != 1:
        raise InputError(
            "bad-value",
            over,
            "A group that moves directions cannot paint over the base colour, which lies on the "
            "surface.",
            "Let it act on the surface, or take the group 1.",
        )


def check_enlarges(base_width: int | None, has_mask: bool, size: int) -> None:
    """Raise InputError("bad-value") if the texture of a mesh cannot be made so large: where a mask
    keeps parts of the base, it has the base's size. base_width: pixels, None without one."""
    if has_mask and base_width not in (None, 1, size):
        raise InputError(
            "bad-value",
            "size",
            f"The mask keeps parts of the base, so the texture stays as large as that, "
            f"{base_width} pixels.",
            f"Scale the base's picture to {size} pixels, and paint anew with it as the base and "
            f"--size {size}.",
        )


def _check_base(recipe: Recipe, body: Body) -> None:
    from service.recipe.table_fields import MIN_SIZE

    wants = recipe.wants_base(body.mask is not None)
    if body.base is None and wants is not None:
        raise InputError(
            "missing-base", wants, "The mesh has no base colour.", "Give one with --base."
        )
    width = None if body.base is None else body.base.shape[1]
    if body.mask is not None and width not in (1, recipe.size):
        possible = width in range(MIN_SIZE, _LARGEST + 1)
        raise InputError(
            "bad-value",
            "size",
            f"With a mask the base stays as it is, and so does its size, {width}.",
            f"Use --size {width}."
            if possible
            else f"Scale the base's picture to {MIN_SIZE} to {_LARGEST} pixels across.",
        )


SPACE = Space(
    target="mesh",
    groups="sphere",
    title="",
    summary="Paint a mesh: its texture, the mesh with the texture on as GLB, and four renders.",
    fields=(
        *("folds", "mesh", "material", "unwrap", "axis", "centre", "action", "tolerance"),
        *("style_size", "view_layout", "base", "start", "mask"),
    ),
    scene=MeshScene.of,
    needs_body=True,
    depth=4,  # where its texels are densest, fine levels hold what no view sees
    patience=lambda order: 1 + 2 / order if order else 1.0,  # the more of it is different
    largest=_LARGEST,
)

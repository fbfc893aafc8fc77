"""A mesh painted from the command line, and the symmetries that it has."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from geometry.catalogue import find_group
from geometry.errors import InputError
from service.cli.painting.extras import Extras
from service.cli.painting.keeping import diary_of, end_diary
from service.cli.painting.picture import check_weights, inputs_of, painted
from service.cli.terminal import cell
from service.inputs.body import Body
from service.inputs.mesh import MeshInputs, mesh_inputs
from service.inputs.styles import load_styles
from service.mesh_files.loading import load_shape
from service.recipe.recipe import Recipe
from service.recipe.table_fields import MIN_SIZE
from service.reporting.mesh_delivery import MeshDestination, deliver_mesh, mesh_destination
from service.reporting.receipt import file_sha256
from service.reporting.remarks import SMALL, remarks
from service.reporting.rescue import Rescue
from service.room import check_disk
from service.scene import make_scene
from service.spaces.mesh import SPACE


def paint_mesh_to(recipe: Recipe, picture: Path, console: Console, extras: Extras) -> None:
    """Paint a recipe's mesh: its texture into ``picture``, all else beside it, as
    :mod:`service.reporting.mesh_delivery` says; see
    :func:`service.cli.painting.painting.paint_to`."""
    if extras.figure:
        raise InputError(
            "no-figure",
            "figure",
            "A mesh's symmetry is in space, so it cannot be drawn over the texture.",
            "Leave out --figure.",
        )
    check_weights(extras.weights, recipe.network)
    given = mesh_inputs(recipe)
    recipe = as_wide_as_kept(recipe, given.body)
    scene = make_scene(recipe, given.body)
    place = mesh_destination(picture, given.loaded.names, inputs_of(recipe, extras), extras.dpi)
    check_disk(recipe, picture.parent)
    about = {"mesh": described(recipe, given, place)}  # now: later the file may be gone
    styles = load_styles(recipe)
    for sentence in given.loaded.unread:
        console.out(f"note: {sentence}", highlight=False)
    with (
        diary_of(recipe, extras) as diary,
        painted(recipe, scene, styles, console, extras, diary) as (done, last),
    ):
        console.out(f"rendering {place.views[0].name} and the others ...", highlight=False)
        write = Rescue(picture.stem).write
        receipt = done.receipt | about
        textures = done.picture, receipt, done.coverage
        deliver_mesh(place, given.loaded, *textures, write, last.paint())
        first = (place.textures[0], place.receipt)
        end_diary(diary, extras.run, [*first, *(f for f in place.files if f not in first)], console)
    for remark in remarks(done.receipt):
        console.out(f"advice: {remark}", highlight=False)
    shown = ", ".join(str(path) for path in (*place.textures, place.glb, place.receipt))
    time = f"{last.seconds:.1f} s with {last.network}"
    console.out(f"{shown}  {time}  {_figures(done.receipt)}", highlight=False)


def as_wide_as_kept(recipe: Recipe, body: Body) -> Recipe:
    """The recipe; one with a mask that names no size has the base's, of which parts are kept."""
    if body.mask is None or body.base is None or "size" in recipe.model_fields_set:
        return recipe
    width = body.base.shape[1]
    if not MIN_SIZE <= width <= SPACE.largest:  # a flat colour, or what the scene refuses
        return recipe
    return recipe.model_copy(update={"size": width})


def _figures(receipt: dict[str, Any]) -> str:
    """The figures of a painted mesh, in a few words."""
    surface, error = receipt["surface"], receipt["quality"]["symmetry_rms"]
    ratios = [ratio for ratio in surface["seams"].values() if ratio is not None]
    words = [f"coverage {100 * surface['coverage']:.1f} %"]
    if ratios:
        words.append(f"seam ratio {max(ratios):.2f}")
    if error is not None:
        words.append(f"symmetry error {error:.2f}/255")
    if surface["overlap"] > SMALL:
        words.append(f"{100 * surface['overlap']:.1f} % of the texels shared by overlapping UVs")
    return ", ".join(words)


def list_symmetries(file: Path, material: str | None, console: Console) -> None:
    """Print the symmetries that a mesh file's surface has, the largest groups first."""
    from geometry.mesh.detection import detect_symmetries

    proposals = detect_symmetries(load_shape(file, material))
    if not proposals:
        console.out(f"{file} has no symmetry that could be found.", highlight=False)
        return
    table = Table("group", "in words", "deviation", "to paint it so", box=None)
    for proposal in proposals:
        words = f'--group "{proposal.group}" --axis={proposal.axis} --centre={proposal.centre}'
        deviation = f"{100 * proposal.deviation.worst:.2g} %"
        title = find_group(proposal.group, "sphere").title
        table.add_row(*map(cell, (proposal.group, title, deviation, words)))
    console.print(table)


def described(recipe: Recipe, given: MeshInputs, place: MeshDestination) -> dict[str, Any]:
    """Of the receipt: which file was painted, and where its textures are."""
    assert recipe.mesh is not None
    mesh = given.loaded.mesh
    return {
        "file": recipe.mesh,
        "sha256": file_sha256(Path(recipe.mesh)),
        "vertices": len(mesh.vertices),
        "triangles": len(mesh.triangles),
        "up": given.loaded.up,
        "unread": list(given.loaded.unread),
        "textures": [
            {"material": name, "file": path.name}
            for name, path in zip(given.loaded.names, place.textures, strict=True)
        ],
    }

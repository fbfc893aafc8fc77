"""The picture of a painting made anew from its receipt and its paint, finished in another way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from geometry.errors import InputError
from service.cli.larger.painted import read_painted
from service.cli.painting.mesh import as_wide_as_kept, described
from service.cli.painting.picture import clear_about_memory, delivered_shape
from service.cli.recipe_file import files_read, read_json, with_absolute_files
from service.finisher import with_steps
from service.finishing import STEPS
from service.inputs.mesh import mesh_inputs
from service.inputs.styles import load_styles
from service.painting.kept import Paint
from service.recipe.recipe import Recipe
from service.reporting.delivery import (
    check_files,
    deliver,
    deliver_figure,
    destination,
    paint_file,
    write_files,
)
from service.reporting.formats import check_holds, picture_bytes
from service.reporting.mesh_delivery import deliver_mesh, mesh_destination
from service.reporting.overwriting import FilesRead
from service.reporting.receipt import finished_anew
from service.scene import make_scene, read_scene
from service.spaces import SPACES
from service.spaces.space import Scene

if TYPE_CHECKING:
    from service.reporting.finish import Measured


@dataclass(frozen=True)
class Wanted:
    """steps: values of finishing that change; bits: of a channel, None for as many as before;
    picture: where it goes, None for a name of its own; dpi, figure: see
    :class:`service.cli.painting.extras.Extras`; separations: whether each ink gets a picture."""

    steps: Mapping[str, Any]
    bits: int | None = None
    picture: Path | None = None
    dpi: float | None = None
    figure: bool = False
    separations: bool = False


def finish_to(receipt: Path, wanted: Wanted, console: Console) -> None:
    """Make the picture of a receipt anew, with a receipt and the paint beside it. Raises InputError
    as :func:`service.cli.larger.painted.read_painted`, as recipes do of their finishing, and as
    deliveries do."""
    before, paint, _ = read_painted(receipt)
    recipe = with_absolute_files(with_steps(before, wanted.steps, wanted.bits), Path.cwd())
    picture = wanted.picture or receipt.with_name(f"{receipt.stem}-finished.png")
    read = FilesRead([receipt, paint_file(receipt), *files_read(recipe)])
    old = finished_anew(read_json(receipt), recipe)
    if SPACES[recipe.target].needs_body:
        console.out("rendering the views ...", highlight=False)  # half a minute
        said = _finish_mesh(recipe, paint, old, picture, read, wanted)
    else:
        said = _finish_picture(recipe, paint, old, picture, read, wanted)
    console.out(said, highlight=False)


def _anew(recipe: Recipe, scene: Scene, paint: Paint) -> tuple[Scene, Measured]:
    """The scene as it was painted, and what is delivered of it."""
    from service.anew import Anew  # torch: seconds

    with clear_about_memory():
        painting = Anew(recipe, scene, load_styles(recipe), paint)
        return painting.scene, painting.finished(recipe)


def _finish_picture(
    recipe: Recipe,
    paint: Paint,
    old: dict[str, Any],
    picture: Path,
    read: FilesRead,
    wanted: Wanted,
) -> str:
    scene = read_scene(recipe)
    place = destination(picture, read, recipe.projection == "cube", wanted.dpi, wanted.figure)
    check_holds(delivered_shape(recipe, scene), recipe.bits, picture.suffix)
    separations = _separations(recipe, picture, wanted)
    check_files(separations, read)
    if wanted.figure:
        scene.design(recipe.size).figure()  # whether there is one
    scene, done = _anew(recipe, scene, paint)
    deliver(place, done.delivered, old | done.about(), paint=paint)
    if wanted.figure:
        deliver_figure(place, scene.design(recipe.size).figure(), done.delivered)
    write_files(
        {
            path: picture_bytes(_film(done.delivered, ink), path.suffix, wanted.dpi)
            for path, ink in zip(separations, done.inks or (), strict=False)
        }
    )
    height, width = done.delivered.shape[:2]
    rms = done.quality.symmetry_rms
    symmetry = "no symmetry" if rms is None else f"symmetry error {rms:.2f}/255"
    files = "  ".join(map(str, (place.picture, place.receipt, *place.figure)))
    inks = "" if done.inks is None else f"  inks {' '.join(done.inks)}"
    return f"{files}  {width} × {height} pixels{inks}  {_said(recipe)}  {symmetry}"


def _finish_mesh(
    recipe: Recipe,
    paint: Paint,
    old: dict[str, Any],
    picture: Path,
    read: FilesRead,
    wanted: Wanted,
) -> str:
    if wanted.figure or wanted.separations:
        raise InputError(
            "bad-value",
            "figure" if wanted.figure else "separations",
            "Those are of pictures, and this is a mesh's texture.",
            "Leave it out.",
        )
    given = mesh_inputs(recipe)
    recipe = as_wide_as_kept(recipe, given.body)
    place = mesh_destination(picture, given.loaded.names, read, wanted.dpi)
    about = {"mesh": described(recipe, given, place)}
    _, done = _anew(recipe, make_scene(recipe, given.body), paint)
    receipt = old | done.about() | about
    deliver_mesh(place, given.loaded, done.delivered, receipt, done.coverage, paint=paint)
    shown = ", ".join(str(path) for path in (*place.textures, place.glb, place.receipt))
    return f"{shown}  {_said(recipe)}"


def _said(recipe: Recipe) -> str:
    """What was done, in a few words."""
    used = recipe.finishing.used
    words = (f"{name} {x:g}" if isinstance(x, float) else f"{name} {x}" for name, x in used.items())
    return ", ".join(words) if used else "as painted"


def _separations(recipe: Recipe, picture: Path, wanted: Wanted) -> list[Path]:
    """Files for as many inks as there can be. Raises InputError("bad-value") without any."""
    if not wanted.separations:
        return []
    palette = recipe.finishing.values["palette"]
    if palette is None:
        raise InputError(
            "bad-value",
            "separations",
            f"Only a picture in inks has them; {STEPS['palette'].title.lower()} are not set.",
            "Add --set palette=4.",
        )
    count = palette.count("#") or int(palette)
    return [picture.with_name(f"{picture.stem}_ink{k + 1}.png") for k in range(count)]


def _film(picture: NDArray[np.uint8], ink: str) -> NDArray[np.uint8]:
    """(H, W): black where an ink prints, white elsewhere and where the picture is clear."""
    prints = (picture[..., :3] == np.frombuffer(bytes.fromhex(ink[1:]), np.uint8)).all(axis=2)
    if picture.shape[2] == 4:
        prints &= picture[..., 3] > 0
    return np.where(prints, 0, 255).astype(np.uint8)

"""One painting from the command line: check everything, paint, deliver."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from geometry.errors import InputError
from service.cli.painting.advice import hints
from service.cli.painting.extras import Extras
from service.cli.painting.keeping import diary_of, end_diary
from service.cli.progress import shown_progress
from service.cli.recipe_file import files_read
from service.cli.stopping import finish_on_interrupt
from service.finisher import Finisher
from service.inputs.styles import StylePicture, load_styles
from service.memory import is_out_of_memory
from service.networks import AUTO, EMBEDDED
from service.painting.progress import Progress
from service.recipe.recipe import Recipe
from service.reporting.delivery import deliver, deliver_figure, destination
from service.reporting.formats import check_holds, loses_transparency
from service.reporting.loop import Film, check_film, write_loop
from service.reporting.overwriting import FilesRead
from service.reporting.remarks import remarks
from service.reporting.rescue import Move, Rescue
from service.room import check_disk
from service.runs.diary import Diary
from service.scene import read_scene
from service.spaces.space import Scene

if TYPE_CHECKING:
    from service.reporting.finish import Finished


def paint_picture_to(recipe: Recipe, picture: Path, console: Console, extras: Extras) -> None:
    """Paint a recipe into ``picture`` with its receipt and its paint beside it; see
    :func:`service.cli.painting.painting.paint_to`."""
    scene = read_scene(recipe)
    inputs = inputs_of(recipe, extras)
    place = destination(picture, inputs, recipe.projection == "cube", extras.dpi, extras.figure)
    check_disk(recipe, picture.parent)
    check_holds(delivered_shape(recipe, scene), recipe.bits, picture.suffix)
    if extras.figure:
        scene.design(recipe.size).figure()  # whether there is one
    if (film := extras.film) is not None:
        check_film(film, inputs)
    styles = load_styles(recipe)
    check_weights(extras.weights, recipe.network)
    with (
        diary_of(recipe, extras) as diary,
        painted(recipe, scene, styles, console, extras, diary) as (done, last),
    ):
        rescue = Rescue(picture.stem)
        problem: InputError | None = None
        try:
            deliver(place, done.picture, done.receipt, rescue.write, last.paint())
            if extras.figure:
                drawn = done.scene.design(recipe.size).figure()
                deliver_figure(place, drawn, done.picture, rescue.write)
        except InputError as error:
            problem = error  # which must not cost the film, too
        if film is not None:
            console.out(f"writing {film.place} ...", highlight=False)
            _write_film(film, last, Finisher.of(recipe, done.scene), rescue)
        if problem is not None:
            raise problem
        first = (place.picture, place.receipt)
        end_diary(diary, extras.run, [*first, *(f for f in place.files if f not in first)], console)
    for remark in remarks(done.receipt):
        console.out(f"advice: {remark}", highlight=False)
    if loses_transparency(done.picture, place.picture.suffix):
        console.out(
            "advice: JPEG has no transparency, so what is transparent is white now; "
            f"-o {place.picture.with_suffix('.png')} would keep it.",
            highlight=False,
        )
    rms = done.receipt["quality"]["symmetry_rms"]
    symmetry = "no symmetry" if rms is None else f"symmetry error {rms:.2f}/255"
    time = f"{last.seconds:.1f} s with {last.network}"
    height, width = done.picture.shape[:2]
    size = f"{width} × {height} pixels"
    if place.faces:
        size += f", faces of {height // 2} × {height // 2}"
    files = "  ".join(map(str, (place.picture, place.receipt, *place.figure)))
    console.out(f"{files}  {size}  {time}  {symmetry}", highlight=False)


def delivered_shape(recipe: Recipe, scene: Scene) -> tuple[int, int]:
    """Rows and columns of all periods."""
    across, down = map(int, recipe.repeat.split("x"))
    rows, columns = scene.design(recipe.size).shape
    return rows * down, columns * across


def inputs_of(recipe: Recipe, extras: Extras) -> FilesRead:
    """All files that are read for a painting."""
    weights = [extras.weights] if extras.weights else []
    return FilesRead([*extras.read, *files_read(recipe), *weights])


def _write_film(film: Film, last: Progress, finish: Finisher | None, rescue: Rescue) -> None:
    surface, paint = last.surface(True)

    def write(move: Move) -> None:
        write_loop(surface.loop(paint, film.frames, finish), move(film.place), film.fps)

    rescue.run(write)


def check_weights(weights: Path | None, network: str) -> None:
    """Raise InputError("bad-weights") if the file of a network's weights is not there, or nobody
    has said of which network."""
    if weights is None:
        return
    if not weights.is_file():
        raise InputError("bad-weights", "weights", f"There is no file {weights}.")
    if network == AUTO:
        raise InputError(
            "bad-weights",
            "weights",
            f"{weights} holds the weights of one network, and none is named.",
            f"Add --network NAME, such as --network {EMBEDDED}.",
        )


@contextlib.contextmanager
def painted(
    recipe: Recipe,
    scene: Scene,
    styles: Sequence[StylePicture],
    console: Console,
    extras: Extras,
    diary: Diary | None = None,
) -> Iterator[tuple[Finished, Progress]]:
    """What is finished and the last step, for as long as Ctrl-C is minded. ``diary``: is told of
    every step. Where a process that paints along is lost again and again, or memory or disk are too
    full to go on, the last step is the one before."""
    with (
        finish_on_interrupt() as finish_wanted,
        shown_progress(console, recipe.objective) as show,
    ):
        from service.cli.painting.outliving import painted_on  # torch: seconds
        from service.painting.paint import devices_for, pick_device
        from service.ranks.devices import devices_here
        from service.reporting.finish import finish

        def warn(words: str) -> None:
            console.out(f"warning: {words}", highlight=False)

        with clear_about_memory():
            last = None
            wanted = str(pick_device()) if extras.device is None else extras.device
            devices = devices_here(wanted)
            steps = painted_on(
                *(devices_for(recipe, scene, devices), warn),
                *(recipe, scene, styles),
                weights=extras.weights,
                steering=extras.steering,
                before=extras.before,
            )
            try:
                for last in steps:
                    if last.step == 1:  # nothing is refused any more
                        for hint in hints(scene.group, scene.colouring):
                            console.out(f"advice: {hint}", highlight=False)
                    show(last)
                    if diary is not None:
                        diary.note(last)
                    if finish_wanted():
                        break
            except Exception as error:
                if (refusal := _refusal(error)) is None:
                    raise
                if last is None:
                    raise refusal from None
                warn(f"{refusal} The picture is as it was then.")
            assert last is not None, "a recipe has at least one step"
            done = finish(recipe, scene, styles, last, extras.weights)
        yield done, last


def _refusal(error: Exception) -> InputError | None:
    """Why nothing more was painted; None for a fault of ours."""
    from service.ranks.devices import RankLostError

    if isinstance(error, InputError):
        return error
    if isinstance(error, RankLostError):
        return InputError("worker-died", "device", str(error), "Try again, or name one device.")
    return _too_large() if is_out_of_memory(error) else None


def _too_large() -> InputError:
    return InputError(
        "out-of-memory", "size", "The painting does not fit into memory.", "Try a smaller size."
    )


@contextlib.contextmanager
def clear_about_memory() -> Iterator[None]:
    """Raises InputError("out-of-memory") for what torch and NumPy say of too little memory."""
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        raise _too_large() from None

"""One painting from the command line: check everything, paint, deliver."""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from rich.console import Console

from geometry.errors import InputError
from service.advice import advice
from service.cli.progress import shown_progress
from service.inputs import load_styles
from service.painting.memory import is_out_of_memory
from service.painting.progress import Progress
from service.recipe import Recipe
from service.reporting.delivery import deliver, deliver_faces, destination
from service.reporting.loop import Film, check_film, write_loop
from service.scene import Scene, StylePicture, make_scene
from service.steering import Steering

if TYPE_CHECKING:
    from service.reporting.finish import Finished


def paint_to(
    recipe: Recipe,
    picture: Path,
    weights: Path | None,
    console: Console,
    film: Film | None = None,
    steering: Steering = (),
) -> None:
    """Paint a recipe into ``picture`` with its receipt beside it. ``steering``: see paint.

    Ctrl-C finishes with the best so far; a second one aborts. Raises InputError, for all that can
    be known beforehand within a second and before anything is painted.
    """
    scene = make_scene(recipe)
    place = destination(picture)
    if film is not None:
        check_film(film)
    styles = load_styles(recipe)
    check_weights(weights)
    with painted(recipe, scene, styles, weights, console, steering) as (done, last):
        deliver(place, done.picture, done.receipt)
        if scene.projection == "cube":
            deliver_faces(place, done.picture)
        if film is not None and last.loop is not None:
            console.out(f"writing {film.place} ...", highlight=False)
            write_loop(last.loop(film.frames), film.place, film.fps)
    error = done.receipt["quality"]["symmetry_rms"]
    symmetry = "no symmetry" if error is None else f"symmetry error {error:.2f}/255"
    console.out(f"{place.picture}  {place.receipt}  {last.seconds:.1f} s  {symmetry}")


def check_weights(weights: Path | None) -> None:
    """Raise InputError("bad-weights") if the file of a network's weights is not there."""
    if weights is not None and not weights.is_file():
        raise InputError("bad-weights", "weights", f"There is no file {weights}.")


@contextlib.contextmanager
def painted(
    recipe: Recipe,
    scene: Scene,
    styles: Sequence[StylePicture],
    weights: Path | None,
    console: Console,
    steering: Steering,
) -> Iterator[tuple[Finished, Progress]]:
    """What is finished and the last step, for as long as Ctrl-C is minded."""
    with (
        finish_on_interrupt() as finish_wanted,
        shown_progress(console, recipe.objective) as show,
    ):
        from service.painting.paint import paint  # torch: seconds
        from service.reporting.finish import finish

        with _clear_about_memory():
            last = None
            for last in paint(recipe, scene, styles, weights=weights, steering=steering):
                if last.step == 1 and (hint := advice(scene.group, scene.colouring)):
                    console.out(f"advice: {hint}", highlight=False)  # nothing is refused any more
                show(last)
                if finish_wanted():
                    break
            assert last is not None, "a recipe has at least one step"
            done = finish(recipe, scene, styles, last, weights)
        yield done, last


@contextlib.contextmanager
def finish_on_interrupt() -> Iterator[Callable[[], bool]]:
    """Whether Ctrl-C was pressed, as a function. A second one raises KeyboardInterrupt."""
    wanted = False

    def handle(number: int, frame: FrameType | None) -> None:
        nonlocal wanted
        if wanted:
            raise KeyboardInterrupt
        wanted = True
        # Not through the console: its lock may be held by the very code that was interrupted.
        sys.stderr.write("\nFinishing with the best so far; Ctrl-C again aborts.\n")

    before = signal.signal(signal.SIGINT, handle)
    try:
        yield lambda: wanted
    finally:
        signal.signal(signal.SIGINT, before)


@contextlib.contextmanager
def _clear_about_memory() -> Iterator[None]:
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        raise InputError(
            "out-of-memory", "size", "The painting does not fit into memory.", "Try a smaller size."
        ) from None

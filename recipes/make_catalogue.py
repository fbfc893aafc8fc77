"""The small pictures of the catalogue and its figures: `make catalogue`, or
`python -m recipes.make_catalogue [--page | NAME ...]`.

Paints the recipes of this folder one after another into out/catalogue: those of up to 384 pixels
(of spheres 768) as they are, others as drafts of that size, which the page says. What is there is
not painted again. Then recipes/pictures/NAME.jpg, their figures.json and docs/catalogue.md are
written. Dreams are shown as `make dreams` painted them. With ``--page`` only the page is written.

Times are of the processor, so that other programs do not count. Where a recipe is not painted as it
is, the time is scaled: a step's takes as long as it has pixels.
"""

from __future__ import annotations

import io
import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PIL import Image

from geometry.errors import InputError
from recipes.showing import shown
from service.cli.catalogue import Entry, catalogue, chapters, machine, recipe_files
from service.cli.offer.recipes import time_words
from service.cli.recipe_file import read_recipe
from service.inputs.mesh import mesh_inputs
from service.inputs.styles import load_styles
from service.painting.ladder import stage_plans
from service.recipe.recipe import Recipe
from service.scene import make_scene, read_scene
from service.spaces import SPACES

RECIPES = Path(__file__).parent
PICTURES = RECIPES / "pictures"
TEXT = RECIPES / "catalogue_page.md"
PAGE = RECIPES.parent / "docs" / "catalogue.md"
FIGURES = PICTURES / "figures.json"
WORK = Path("out/catalogue")
DREAMS = RECIPES.parent / "docs" / "images" / "dreams"
SIDE, MOST_BYTES = 288, 25_000  # of a picture
AS_IT_IS = 384  # pixels across, up to which recipes are painted as they are; larger ones so wide
OF_A_SPHERE = 768  # likewise
STEPS_OF_DREAMS = 10  # for the time alone
MACHINE = "one core of an AMD EPYC server"


def main() -> None:
    """Paint, show, write."""
    if sys.argv[1:] != ["--page"]:
        make_pictures([RECIPES / f"{name}.json" for name in sys.argv[1:]])
    PAGE.write_text(page(), encoding="utf-8")


def make_pictures(files: Sequence[Path]) -> None:
    """Paint and show recipes, or all."""
    os.environ["OMP_NUM_THREADS"] = "1"  # read by torch, later: threads that wait would count, too
    WORK.mkdir(parents=True, exist_ok=True)
    PICTURES.mkdir(exist_ok=True)
    for file in files or recipe_files().values():
        painted, note = WORK / f"{file.stem}.png", WORK / f"{file.stem}.json"
        if not note.exists():
            began = time.perf_counter()
            picture, figures = paint(read_recipe(file), file.stem.startswith("dream_"))
            picture.save(painted)
            note.write_text(json.dumps(figures))
            took = time.perf_counter() - began
            print(f"{file.stem}  {figures}; took {took:.0f} s", flush=True)
        write_small(file)
    write_figures()


def paint(recipe: Recipe, is_dream: bool) -> tuple[Image.Image, dict[str, Any]]:
    """The picture that is shown of a recipe, of a mesh a view of it, and its figures: how many
    seconds of the processor the recipe would take as it is, and its receipt's quality."""
    from service.painting.paint import paint as painting
    from service.reporting.finish import finish
    from service.reporting.mesh_pictures import preview_views

    smaller = as_shown(recipe)
    if is_dream:
        smaller = smaller.model_copy(update={"steps": STEPS_OF_DREAMS})
    begin = time.process_time()
    given = mesh_inputs(smaller) if SPACES[smaller.target].needs_body else None
    scene = make_scene(smaller, given.body) if given else read_scene(smaller)
    styles = load_styles(smaller)
    clock = _Clock(smaller, scene.group.order)
    for last in painting(smaller, scene, styles):
        clock.step(last.stage)
    done = finish(smaller, scene, styles, last)
    pixels = preview_views(given.loaded, done.picture)[0] if given else done.picture
    spent = time.process_time() - begin
    work = sum(plan.width**2 * plan.steps for plan in stage_plans(recipe, scene.group.order))
    seconds = spent - clock.seconds + clock.seconds / clock.work * work
    quality = done.receipt["quality"]
    quality = {name: quality[name] for name in ("symmetry_rms", "seams", "palette")}
    figures = {"seconds": round(seconds, 1), "quality": quality}
    return Image.fromarray(pixels), figures


class _Clock:
    """Seconds of the processor for steps, but for the first of each stage, which make it ready;
    work: their pixels."""

    def __init__(self, recipe: Recipe, order: int | None) -> None:
        self.seconds, self.work = 0.0, 0
        self._widths = [plan.width for plan in stage_plans(recipe, order)]
        self._stage, self._last = -1, 0.0

    def step(self, stage: int) -> None:
        now = time.process_time()
        if stage == self._stage:
            self.seconds += now - self._last
            self.work += self._widths[stage] ** 2
        self._stage, self._last = stage, now


def as_shown(recipe: Recipe) -> Recipe:
    """A recipe as it is painted for the catalogue."""
    most = OF_A_SPHERE if recipe.target == "sphere" else AS_IT_IS
    if recipe.size <= most:
        return recipe
    return recipe.model_copy(update={"size": most, "quality": "draft"})


def write_small(file: Path) -> None:
    """Write the small picture of a recipe."""
    recipe = read_recipe(file)
    ready = DREAMS / f"{file.stem.removeprefix('dream_')}.jpg"
    if file.stem.startswith("dream_"):
        picture = Image.open(ready).resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    else:
        picture = shown(Image.open(WORK / f"{file.stem}.png"), recipe, SIDE)
    for quality in range(86, 6, -4):
        buffer = io.BytesIO()
        picture.save(buffer, "JPEG", quality=quality, optimize=True)
        if buffer.tell() <= MOST_BYTES:
            break
    (PICTURES / f"{file.stem}.jpg").write_bytes(buffer.getvalue())


def page() -> str:
    """docs/catalogue.md."""
    text = TEXT.read_text(encoding="utf-8")
    text = text.replace("{machine}", machine()).replace("{refused}", _refused())
    entries = catalogue()
    for chapter in chapters():
        rows = [_row(entry) for entry in entries if entry.chapter == chapter]
        text = text.replace(f"<!-- {chapter} -->", "\n".join(["| | |", "|---|---|", *rows]))
    return text


def _row(entry: Entry) -> str:
    about = entry.about
    picture = f'<img src="../recipes/pictures/{entry.name}.jpg" width="220" alt="{about.title}">'
    lines = [
        f"**{about.title}**",
        about.text,
        f"`service run {entry.name}` · {time_words(entry.seconds)}",
        f"*{about.source}*",
    ]
    return f"| {picture} | {'<br>'.join(lines)} |"


def _refused() -> str:
    """What the command line says to third turns on a square tile."""
    try:
        read_scene(Recipe(target="tile", group="p3", aspect=0.8))
    except InputError as error:
        return f"error: {error}"
    raise AssertionError("p3 has one aspect")


def write_figures() -> None:
    """Write the figures of all that was painted, beside those that are there."""
    before = json.loads(FIGURES.read_text()) if FIGURES.exists() else {}
    made = {note.stem: json.loads(note.read_text()) for note in sorted(WORK.glob("*.json"))}
    data: dict[str, Any] = {"machine": MACHINE}
    for figure in ("seconds", "quality"):
        all_of_it = before.get(figure, {}) | {name: made[name][figure] for name in made}
        data[figure] = {name: all_of_it[name] for name in sorted(all_of_it)}
    FIGURES.write_text(json.dumps(data, indent=1) + "\n")


if __name__ == "__main__":
    main()

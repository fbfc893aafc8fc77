"""The pictures of docs/dreams.md, and the page: `make dreams`, or `python -m recipes.make_dreams`.

`service batch` paints the recipes dream_*.json, and those of meshes/ on meshes of make_meshes, into
out/dreams; a run that was stopped goes on. Then docs/images/dreams/*.jpg, the contact sheet
docs/images/dreams.jpg and the page are written, where every picture stands beside the command that
made it. With ``--page`` only the page.
"""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from recipes import make_meshes
from recipes.showing import PAPER, shown
from service.cli import main as service
from service.cli.recipe_file import read_recipe
from service.terms import TERMS

RECIPES = Path(__file__).parent
TEXT = RECIPES / "dreams_page.md"
DOCS = RECIPES.parent / "docs"
WORK = Path("out")
LIKE = {  # the exemplars that a survey found these recipes' directions in
    "peacock_eyes": "peacock_feathers",
    "marbled_ball": "marbled_paper",
    "peacock_disc": "peacock_feathers",
    "night_vase": "night_strokes",
    "whirls": "night_strokes",
}
COLUMNS = ("tile", "sphere", "hyperbolic", "spiral", "mesh")
ROWS = {  # of recipes, a column each
    "by class": "goldfinches, starfish, monarchs, zebras, peacock_vase",
    "by channel": "stone_walls, woven_ball, orange_blossoms, inlaid_spiral, glazed_vase",
    "like a picture": "peacock_eyes, marbled_ball, peacock_disc, whirls, night_vase",
}
SIDE, GAP, LABEL = 384, 16, 40  # pixels of the sheet
INK = (60, 56, 50)


def recipes() -> dict[str, Path]:
    """The files of all dreams of the page, by name."""
    files = [*RECIPES.glob("dream_*.json"), *RECIPES.glob("meshes/dream_*.json")]
    return {_name(file): file for file in sorted(files, key=_name)}


def command(file: Path) -> str:
    """What one types, where the repository is, to paint a recipe."""
    recipe, name = json.loads(file.read_text()), _name(file)
    words = ["service", recipe["target"]]
    for key, value in recipe.items():
        if key == "mesh":
            words.insert(2, _path(file, value))
        elif key == "styles":
            words += [word for style in value for word in ("--style", style["source"])]
        elif key == "dreams" and name in LIKE:
            words += ["--dream-like", f"recipes/exemplars/{LIKE[name]}.png"]
        elif key == "dreams":
            words += [word for dream in value for word in ("--dream", _weighed(dream))]
        elif key == "objective":
            words += [w for n, x in value.items() for w in (_option(TERMS[n].setting), f"{x:g}")]
        elif key == "base":
            words += ["--start", _path(file, value)]
        elif key == "group" and recipe["target"] == "spiral":
            words += ["--arms", value.removeprefix("spiral")]
        elif key == "group" and recipe["target"] == "hyperbolic":  # all are rotations: "[4,6]+"
            words += value.strip("[]+").split(",")
        elif key not in ("target", "start", "about"):
            words += [_option(key), str(value)]
    return shlex.join(words)


def _name(file: Path) -> str:
    return file.stem.removeprefix("dream_")


def _path(file: Path, named: str) -> str:
    return (file.parent / named).resolve().relative_to(RECIPES.parent.resolve()).as_posix()


def _weighed(dream: Mapping[str, Any]) -> str:
    return dream["target"] + (f"={dream['weight']:g}" if "weight" in dream else "")


def _option(key: str) -> str:
    return "--" + key.replace("_", "-")


def paint() -> None:
    """Paint what is not there yet."""
    code = service(["batch", *map(str, recipes().values()), "-o", str(WORK / "dreams")])
    if code:
        raise SystemExit(code)


def picture(file: Path) -> Image.Image:
    """The painting of a recipe as the page shows it, SIDE wide."""
    recipe, stem = read_recipe(file), WORK / "dreams" / file.stem
    if recipe.target == "mesh":
        return shown(Image.open(f"{stem}_view1.png"), recipe, SIDE)
    return shown(Image.open(f"{stem}.png"), recipe, SIDE)


def sheet(pictures: Mapping[str, Image.Image]) -> Image.Image:
    """The contact sheet: a row of ROWS under another, COLUMNS above them."""
    step = SIDE + GAP
    board = Image.new(
        "RGB", (len(COLUMNS) * step + GAP, len(ROWS) * (step + LABEL) + LABEL + GAP), PAPER
    )
    pen, font = ImageDraw.Draw(board), ImageFont.load_default(22)
    for column, title in enumerate(COLUMNS):
        pen.text((GAP + column * step + SIDE / 2, LABEL / 2 + 6), title, INK, font, "mm")
    for row, (title, names) in enumerate(ROWS.items()):
        top = LABEL + row * (step + LABEL)
        pen.text((GAP, top + LABEL / 2 + 6), title, INK, font, "lm")
        for column, name in enumerate(names.split(", ")):
            board.paste(pictures[name], (GAP + column * step, top + LABEL))
    return board


def page() -> str:
    """docs/dreams.md."""
    rows = [
        f"| ![{_title(name)}](images/dreams/{name}.jpg) | **{_title(name)}**<br>`{command(file)}` |"
        for name, file in recipes().items()
    ]
    return TEXT.read_text(encoding="utf-8").replace(
        "<!-- pictures -->", "\n".join(["| | |", "|---|---|", *rows])
    )


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()


def main() -> None:
    """Paint, show, write."""
    if sys.argv[1:] != ["--page"]:
        make_meshes.write_meshes(WORK / "meshes")
        paint()
        pictures = {name: picture(file) for name, file in recipes().items()}
        folder = DOCS / "images" / "dreams"
        folder.mkdir(parents=True, exist_ok=True)
        for name, painted in pictures.items():
            painted.save(folder / f"{name}.jpg", quality=86, optimize=True)
        sheet(pictures).save(DOCS / "images" / "dreams.jpg", quality=86, optimize=True)
    (DOCS / "dreams.md").write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()

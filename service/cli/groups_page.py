"""``docs/groups.md`` and its pictures, made from the catalogue.

``python -m service.cli.groups_page docs`` writes groups.md and images/groups/*.jpg into a folder.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import special

from geometry.catalogue import colourings, groups
from geometry.groups import Colouring, Group
from service.cli.listings import command_of
from service.designs.sphere import SphereDesign
from service.preview import laid_out, plasma_paper, preview
from service.recipe import parse_recipe
from service.scene import TARGET_OF_SPACE, make_scene

_SIDE = 176  # pixels of a small picture
_SEED = 5
_OPENING = """# Groups

<!-- Written by python -m service.cli.groups_page docs: change geometry/*_groups.py instead. -->

Every group that `service groups` lists, shown on plasma by `service preview GROUP --seed 5`, plain
and with one of its colourings. `service colourings GROUP` lists them all. Any name in a row will
do; a family stands for all its numbers (`service sphere --group 7x`, `service hyperbolic 5 6`).
"""
_TITLES = {
    "plane": "The plane: 17 wallpaper groups",
    "sphere": "The sphere: 7 polyhedral groups and 7 families",
    "hyperbolic": "The hyperbolic plane: tilings {p,q}",
    "spiral": "Spirals",
}


def write_pages(folder: Path) -> None:
    """Write the page and its pictures."""
    pictures = folder / "images" / "groups"
    pictures.mkdir(parents=True, exist_ok=True)
    for old in pictures.glob("*.jpg"):
        old.unlink()
    sections = [_OPENING]
    for space, title in _TITLES.items():
        rows = ["| | | names | symmetry | try |", "|---|---|---|---|---|"]
        for group in groups(space):
            shown = []
            for rule in _shown_rules(group):
                name = f"{_file_name(group)}-{rule.name}.jpg"
                small = Image.fromarray(_picture(group, rule))
                small.save(pictures / name, quality=84)
                shown.append(f'<img src="images/groups/{name}" width="150" alt="{rule.name}">')
            rows.append(_row(group, shown))
        sections.append(f"## {title}\n\n" + "\n".join(rows))
    (folder / "groups.md").write_text("\n".join(sections) + "\n", encoding="utf-8")


def _shown_rules(group: Group) -> list[Colouring]:
    """The plain rule and the one that shows most: the simplest with the most colours up to 6."""
    rules = [rule for rule in colourings(group) if rule.colours <= 6]
    most = max(rule.colours for rule in rules)
    return [rules[0], *[rule for rule in rules[1:] if rule.colours == most][:1]]


def _row(group: Group, pictures: list[str]) -> str:
    names = "<br>".join(f"`{_escaped(name)}`" for name in (group.name, *group.aliases))
    if group.family:
        names += f"<br>family `{_escaped(group.family)}`"
    generators = "<br>".join(f"{g.letter}: {g.title}" for g in group.generators)
    count = len(colourings(group)) - 1
    what = f"{group.title}<br>{generators}<br>{count} colourings"
    cells = (
        *pictures,
        *[""] * (2 - len(pictures)),
        names,
        what,
        f"`{_escaped(command_of(group))}`",
    )
    return f"| {' | '.join(cells)} |"


def _picture(group: Group, rule: Colouring) -> NDArray[np.uint8]:
    """(side, side, 3): two by two periods of a tiling, a ball, or the whole picture; over white."""
    target = TARGET_OF_SPACE[group.space.name]
    recipe = parse_recipe(
        {
            "target": target,
            "group": group.name,
            "colouring": rule.name,
            "size": 2 * _SIDE,
            "repeat": "2x2" if target == "tile" else "1x1",
        }
    )
    scene = make_scene(recipe)
    if target == "sphere":
        pixels = _ball(SphereDesign(scene, 4 * _SIDE))
    else:
        pixels = preview(scene, recipe.size, _SEED, None)
    if pixels.shape[2] == 4:
        alpha = pixels[..., 3:] / 255
        pixels = np.rint(pixels[..., :3] * alpha + 255 * (1 - alpha)).astype(np.uint8)
    height, width = pixels.shape[:2]
    side = min(height, width)
    image = Image.fromarray(pixels[:side, :side])
    return np.asarray(image.resize((_SIDE, _SIDE), Image.Resampling.LANCZOS))


def _ball(design: SphereDesign) -> NDArray[np.uint8]:
    """The sphere as a camera sees it, before white."""
    view = design.views(1, _SEED)[0]
    logits = design.pixel_map(view).apply(laid_out(design, plasma_paper(_SEED)))
    coverage = view.coverage[:, None]
    pixels = coverage * special.expit(logits) + 1 - coverage
    return np.rint(pixels * 255).astype(np.uint8).reshape(*view.shape, 3)


def _file_name(group: Group) -> str:
    words = {"*": "star-", "x": "x", "+": "plus", "[": "", "]": "", ",": "-"}
    name = "".join(words.get(c, c) for c in group.name)
    return f"{group.space.name}-{re.sub('[^a-z0-9-]+', '-', name)}"


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    write_pages(Path(sys.argv[1]))

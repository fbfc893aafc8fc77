"""``docs/groups.md`` and its pictures, made from the catalogue.

``python -m service.cli.pages.groups docs``, which is ``make groups``, writes groups.md and
images/groups/*.jpg into a folder.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from geometry.catalogue import colourings, groups
from geometry.symmetry.groups import Colouring, Group, elements
from service.cli.offer.listings import command_of
from service.preview import plasma_paper
from service.recipe.parsing import parse_recipe
from service.scene import make_scene
from service.spaces import with_pictures

_SIDE = 160  # pixels of a small picture
_SHOWN = 150  # ... on the page
_QUALITY = 80  # of its JPEG
_SEED = 5
_REPEATS = {"tile": "2x2", "frieze": "2x1"}  # periods
_MANY = 8  # domains in a period, from which on one period is enough to see
_OPENING = """# Groups

<!-- Written by `make groups`: change geometry/*/groups.py instead. -->

Every group that `service groups` lists, shown on plasma by `service preview GROUP --seed 5`: plain,
and with the colouring named below the picture and `--colours rgb`. Any of a group's names will do;
a family stands for all its numbers, as in `service sphere --group 7x` or `service hyperbolic 5 6
--group full`.
`service colourings GROUP` lists what its generators can do to the colours.
"""
_HEAD = "| plain | in colours | group | its generators | paint it |\n|---|---|---|---|---|"


def write_pages(folder: Path) -> None:
    """Write the page and its pictures."""
    pictures = folder / "images" / "groups"
    pictures.mkdir(parents=True, exist_ok=True)
    for old in pictures.glob("*.jpg"):
        old.unlink()
    sections = [_OPENING]
    for space in with_pictures().values():
        rows = [_HEAD]
        for group in groups(space.groups):
            shown = []
            for rule in _shown_rules(group):
                name = f"{_file_name(group)}-{rule.name}.jpg"
                small = Image.fromarray(_picture(group, rule))
                small.save(pictures / name, quality=_QUALITY, optimize=True)
                shown.append(_shown(name, group, rule))
            rows.append(_row(group, shown))
        sections.append(f"## {space.title}\n\n" + "\n".join(rows) + "\n")
    (folder / "groups.md").write_text("\n".join(sections), encoding="utf-8")


def _shown_rules(group: Group) -> list[Colouring]:
    """The plain rule and the one that shows most: the simplest with the most colours up to 6."""
    rules = [rule for rule in colourings(group) if rule.colours <= 6]
    most = max(rule.colours for rule in rules)
    return [rules[0], *[rule for rule in rules[1:] if rule.colours == most][:1]]


def _shown(name: str, group: Group, rule: Colouring) -> str:
    title = f"{group.name}, {rule.name}" if rule.colours > 1 else group.name
    image = f'<img src="images/groups/{name}" width="{_SHOWN}" alt="{_escaped(title)}">'
    return f"{image}<br>`-c {rule.name}`" if rule.colours > 1 else image


def _row(group: Group, pictures: list[str]) -> str:
    also = [name for name in group.aliases if name != group.orbifold]
    lines = [f"**`{_escaped(group.name)}`** {group.title}"]
    if group.orbifold != group.name:
        lines.append(f"orbifold `{_escaped(group.orbifold)}`")
    if also:
        lines.append("also " + ", ".join(f"`{_escaped(name)}`" for name in also))
    if group.family:
        lines.append(f"one of the family `{_escaped(group.family)}`")
    count = len(colourings(group)) - 1
    lines.append(f"{count or 'no'} colouring{'' if count == 1 else 's'}")
    generators = "<br>".join(f"`{g.letter}` {g.title}" for g in group.generators) or "none"
    cells = (
        *pictures,
        *[""] * (2 - len(pictures)),
        "<br>".join(lines),
        generators,
        f"`{_escaped(command_of(group))}`",
    )
    return f"| {' | '.join(cells)} |"


def _picture(group: Group, rule: Colouring) -> NDArray[np.uint8]:
    """(rows, side, 3): one or two by two periods of a tiling, a ball, or the whole picture; over
    white. A square, but of a strip."""
    space = with_pictures()[group.space.name]
    few = space.target in _REPEATS and len(elements(group, rule)) <= _MANY
    recipe = parse_recipe(
        {
            "target": space.target,
            "group": group.name,
            "colouring": rule.name,
            "size": 2 * _SIDE,
            "repeat": _REPEATS[space.target] if few else "1x1",
        }
    )
    # On red, green and blue: plasma's own colours lie on a curve, and permuted they look alike.
    scene = make_scene(recipe)
    pixels = scene.portrait(recipe.size, plasma_paper(_SEED), _SEED)
    if pixels.shape[2] == 4:
        alpha = pixels[..., 3:] / 255
        pixels = np.rint(pixels[..., :3] * alpha + 255 * (1 - alpha)).astype(np.uint8)
    height, width = pixels.shape[:2]
    if space.target == "frieze":
        size = _SIDE, round(_SIDE * height / width)
    else:
        pixels = pixels[: min(height, width), : min(height, width)]
        size = _SIDE, _SIDE
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS))


def _file_name(group: Group) -> str:
    if group.tiling is not None:
        name = f"{group.tiling.p}-{group.tiling.q}-{group.tiling.kind}"
    else:
        name = group.name.replace("*", "star").removeprefix(f"{group.space.name}-")
    return f"{group.space.name}-{name}"


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    write_pages(Path(sys.argv[1]))

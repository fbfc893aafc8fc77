"""The catalogue: one table of all groups; command line, wire, docs and panels come from it."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable

from geometry.errors import InputError, excerpt, unknown_name
from geometry.frieze.groups import FRIEZE_GROUPS
from geometry.hyperbolic.groups import HYPERBOLIC_GROUPS, hyperbolic_group
from geometry.plane.groups import PLANE_GROUPS
from geometry.rosette.groups import ROSETTE_GROUPS, rosette_by_name
from geometry.spaces import ROSETTE
from geometry.sphere.groups import SPHERE_GROUPS, axial_group
from geometry.spiral.groups import SPIRAL_GROUPS, spiral_by_name
from geometry.symmetry.colour import IDENTITY, parse
from geometry.symmetry.groups import Colouring, Group, make_colouring
from geometry.symmetry.orbifold import spellings
from geometry.symmetry.presentation import homomorphisms

GROUPS: dict[str, Group] = {
    group.name: group
    for group in (
        *(*PLANE_GROUPS, *SPHERE_GROUPS, *HYPERBOLIC_GROUPS, *SPIRAL_GROUPS),
        *FRIEZE_GROUPS,  # last: a symbol that a wallpaper group has too is, alone, that one's
        *ROSETTE_GROUPS,
    )
}

# readers of names with numbers in them, None for other names: families too long for a table
_FAMILIES = (axial_group, hyperbolic_group, spiral_by_name, rosette_by_name)


def groups(space: str | None = None) -> tuple[Group, ...]:
    """The groups of the catalogue, of one space ("plane", "sphere") or of all. Raises
    InputError("bad-plugin")."""
    return tuple(g for g in _all_groups() if space in (None, g.space.name))


@functools.cache
def _all_groups() -> tuple[Group, ...]:
    """GROUPS and, looked for when a group is first wanted, those of installed packages."""
    from geometry.symmetry.installed_groups import installed_groups  # importlib.metadata: 10 ms

    own = tuple(GROUPS.values())
    return own + installed_groups(lambda name: bool(_called(name, own)))


def _called(key: str, table: Iterable[Group]) -> list[Group]:
    """All groups of a name, the likeliest first."""
    named = [(group, (group.name, *group.aliases)) for group in table]
    called = [group for group, names in named if key in names]
    called += [group for group, names in named if key.lower() in (n.lower() for n in names)]
    called += [group for read in _FAMILIES if (group := read(key))]
    # alone, C7 and D7 are what Schoenflies meant: groups of the sphere
    return sorted(called, key=lambda group: group.space is ROSETTE)


def find_group(name: str, space: str | None = None) -> Group:
    """A group by any of its names, capital or small, an orbifold's in any order that means the
    same: 235 is 532. Where case alone tells two names apart (O are the rotations of the octahedron,
    o is the plane's torus), the exact spelling counts, then the wanted space.

    Raises InputError("unknown-group") with the nearest names, "wrong-space", "bad-tiling" for a
    tiling {p,q} that is not hyperbolic, or "bad-plugin".
    """
    table = _all_groups()
    called = _called(name.strip(), table) or next(
        (found for spelt in spellings(name) if (found := _called(spelt, table))), []
    )
    for group in called:
        if space in (None, group.space.name):
            return group
    if called:
        names = ", ".join(g.name for g in groups(space))
        raise InputError(
            "wrong-space",
            "group",
            f"{called[0].name} is a group of space '{called[0].space.name}', not '{space}'.",
            f"Groups of '{space}': {names}.",
        )
    raise unknown_name(
        "unknown-group",
        "group",
        name,
        [n for g in groups(space) for n in (g.name, *g.aliases)],
    )


@functools.cache
def colourings(group: Group) -> tuple[Colouring, ...]:
    """Every colour rule of a group up to a fixed permutation of the colours, 'none' first.

    The others are named by their number of colours and a letter: 2a, 2b, 3a, ...
    """
    rules = sorted(
        (
            make_colouring(group, "", images)
            for images in homomorphisms(group.letters, group.relators)
        ),
        key=lambda rule: rule.colours,  # stable: simple images stay first
    )
    named, count = [], 0
    for k, rule in enumerate(rules):
        count = count + 1 if k and rule.colours == rules[k - 1].colours else 0
        name = "none" if rule.colours == 1 else f"{rule.colours}{_letters(count)}"
        named.append(Colouring(name, rule.images, rule.colours, rule.supercell))
    return tuple(named)


def find_colouring(group: Group, name: str) -> Colouring:
    """A colouring by its name in :func:`colourings`, or by images such as 'r=gbr s=brg'.

    Generators that are not named keep the identity. Raises InputError: "unknown-colouring",
    "bad-colour", "impossible-colouring".
    """
    text = name.strip().lower()
    if "=" in text:
        # split before every 'letter =': what stands between belongs to the image before it
        before, *pairs = re.split(r"(?<!\w)(\w++)\s*+=", text)
        letters, words = pairs[::2], [word.strip(" ,;") for word in pairs[1::2]]
        if before or len(set(letters)) < len(letters) or set(letters) - set(group.letters):
            raise InputError(
                "unknown-colouring",
                "colouring",
                f"'{excerpt(name)}' does not give each generator of {group.name} one image.",
                f"Generators: {', '.join(f'{g.letter} = {g.title}' for g in group.generators)}.",
            )
        given = {letter: parse(word) for letter, word in zip(letters, words, strict=True)}
        images = tuple(given.get(letter, IDENTITY) for letter in group.letters)
        return make_colouring(group, text, images)
    known = {rule.name: rule for rule in colourings(group)}
    if text not in known and len(known) == 1:
        relations = ", ".join(f"{word} = 1" for word in group.relators)
        raise InputError(
            "unknown-colouring",
            "colouring",
            f"{group.name} has no colour rule but 'none'"
            + (f": with {relations} no generator can permute colours." if relations else "."),
            "Choose 'none', or another group.",
        )
    if text not in known:
        raise unknown_name("unknown-colouring", "colouring", name, known)
    return known[text]


def _letters(n: int) -> str:
    """0 → a, 25 → z, 26 → aa: like the columns of a spreadsheet."""
    return (_letters(n // 26 - 1) if n >= 26 else "") + chr(ord("a") + n % 26)

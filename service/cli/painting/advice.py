"""Lines of advice: what plain rotations tend to grow into, and how to avoid it; mirrors that invert
colours. Never more than advice: nothing is refused."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping

from geometry.catalogue import colourings
from geometry.spaces import SPIRAL
from geometry.symmetry.colour import IDENTITY, ColourElement
from geometry.symmetry.groups import Colouring, Group
from geometry.symmetry.mirrors import inverts_at_mirrors
from geometry.symmetry.presentation import image

# Emergent symbols of the article "Geometric Symmetry in Deep Texture Generation", last section.
_SYMBOLS = {4: "swastikas", 5: "pentagrams", 6: "hexagrams"}
_MIRRORS = {a + b for a in "mnop" for b in "mnop"}  # words of two mirrors
_EXAMPLES = 3  # of colourings that are suggested


def hints(group: Group, colouring: Colouring) -> Iterator[str]:
    """All that is to be said of a group with a colour rule before it is painted."""
    if (symbols := advice(group, colouring)) is not None:
        yield symbols
    if inverts_at_mirrors(group, colouring):
        yield (
            f"mirrors invert colours under the rule {colouring.name}, so each shows as a thin line "
            f"without contrast; 'service colourings {shlex.quote(group.name)}' says which rules do."
        )


def advice(group: Group, colouring: Colouring) -> str | None:
    """A sentence on the symbols that a network likes to see in plain 4-, 5- and 6-fold rotations;
    None where there is no such rotation, or where each changes the colours."""
    centres = [] if group.space is SPIRAL else _centres(group)  # spirals: too small to be seen
    plain = sorted({n for n, word in centres if _fixes_colours(word, colouring.images)})
    if not plain:
        return None
    folds = _listed([f"{n}-fold" for n in plain])
    symbols = _listed([_SYMBOLS[n] for n in plain])
    better = [
        rule.name
        for rule in sorted(colourings(group), key=lambda rule: inverts_at_mirrors(group, rule))
        if not any(_fixes_colours(word, rule.images) for _, word in centres)
    ]
    remedy = (
        f"a colouring such as {_listed(better[:_EXAMPLES], 'or')} prevents it"
        if better
        else "no colouring of this group turns the colours there"
    )
    line = f"{folds} rotations without a colour change often grow {symbols}; {remedy}."
    return f"{line} --chirality ccw chooses which way they turn." if group.is_chiral else line


def _centres(group: Group) -> list[tuple[int, str]]:
    """The group's 4-, 5- and 6-fold rotations: order, and a word that stands for one. They are what
    its relators of the form word^n say. A swastika has no mirrors: where two mirrors meet in a
    4-fold centre it cannot grow."""
    return [
        (order, word)
        for word, order in group.powers.items()
        if order in _SYMBOLS and not (order == 4 and word in _MIRRORS)
    ]


def _fixes_colours(word: str, images: Mapping[str, ColourElement]) -> bool:
    return image(word, images) == IDENTITY


def _listed(names: list[str], last: str = "and") -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {last} {names[-1]}"

"""The terms of the objective: one module for each, whose ``TERM`` is its row of the table.
Importing them imports no torch; a term does so when it is used.

What a row says is explained in :mod:`service.tables.term`, and how to add one in
docs/extending.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from service.tables.rows import rows
from service.tables.term import Term

if TYPE_CHECKING:
    from service.recipe.recipe import Recipe

TERMS: dict[str, Term] = {
    row.name: row for row in sorted(rows(__name__, "TERM"), key=lambda term: term.rank)
}


def counted(recipe: Recipe) -> list[Term]:
    """The terms that are worked out for a recipe, in order."""
    return [term for term in TERMS.values() if term.counts(recipe)]


def needing_base(weights: Mapping[str, float]) -> list[Term]:
    """The terms among those with a weight that need the colour before."""
    return [term for term in TERMS.values() if term.needs_base and weights[term.name]]

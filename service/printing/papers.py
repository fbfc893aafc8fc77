"""Sizes of paper, millimetres."""

from __future__ import annotations

import re

from geometry.errors import InputError, excerpt

PAPERS: dict[str, tuple[float, float]] = {
    "A5": (148, 210),
    "A4": (210, 297),
    "letter": (215.9, 279.4),
    "A3": (297, 420),
    "tabloid": (279.4, 431.8),
    "A2": (420, 594),
    "A1": (594, 841),
    "A0": (841, 1189),
}
LEAST, MOST = 100.0, 3000.0


def paper_size(name: str) -> tuple[float, float]:
    """Width and height of a paper of PAPERS, or of one such as '300x400'. Raises
    InputError("bad-paper")."""
    for known, size in PAPERS.items():
        if name.lower() == known.lower():
            return size
    match = re.fullmatch(r"(\d{1,5}(?:\.\d{1,3})?)x(\d{1,5}(?:\.\d{1,3})?)", name)
    if match is not None:
        size = float(match[1]), float(match[2])
        if min(size) >= LEAST and max(size) <= MOST:
            return size
    raise InputError(
        "bad-paper",
        "paper",
        f"'{excerpt(name)}' is no paper.",
        f"Choose {', '.join(PAPERS)}, or millimetres from {LEAST:g} to {MOST:g}, as in 300x400.",
    )

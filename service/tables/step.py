"""What the tables of steps, before and after the painting, say of each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Step:
    """One row: something that can be done to a picture.

    name: in recipes. rank: its place among the others, in lists and when it is done. title,
    description: for people; the latter is one sentence. default: the value at which nothing is
    done; a number, or None of a text. least, most: of a number; usual: both ends of its slider.
    pattern: of a text. picture: its value names a picture."""

    name: str
    title: str
    description: str
    rank: int
    default: float | None
    least: float = 0.0
    most: float = 1.0
    usual: tuple[float, float] = (0.0, 1.0)
    pattern: str = ""
    picture: bool = False

"""What a recipe's data imply, unless they say otherwise. It is written into the recipe, so that
receipts say so."""

from __future__ import annotations

from typing import Any

# Of pure dreams, where no style says how pixels go together, nor which colours are too much:
DREAM_OBJECTIVE = {"dream": 4.0, "smoothness": 10.0, "natural_colours": 2.0}
DREAM_RATE = 0.1
MOTIF_CONTENT = 2.0  # of paintings that show a motif


def of_a_pure_dream(data: Any) -> Any:
    """Without styles of its own a dream has none, counts more than beside one, is smoothed more,
    has natural colours and is painted more calmly."""
    if not isinstance(data, dict) or not data.get("dreams") or "styles" in data:
        return data
    objective = data.get("objective", {})
    if isinstance(objective, dict):
        objective = DREAM_OBJECTIVE | objective
    return {"learning_rate": DREAM_RATE} | data | {"styles": (), "objective": objective}


def of_a_motif(data: Any) -> Any:
    """It is kept: a style alone would soon hide what the painting started from."""
    if not isinstance(data, dict) or data.get("motif") is None:
        return data
    objective = data.get("objective", {})
    if isinstance(objective, dict):
        objective = {"content": MOTIF_CONTENT} | objective
    return data | {"objective": objective}

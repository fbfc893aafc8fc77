"""Writes the table of terms as JSON, as ``describe`` has it, for Blender: its sliders are made
before there is a service to ask.

    python -m service.terms_file blender_addon/terms.json
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from service.describe import term_rows


def terms_file() -> str:
    """What is in the file."""
    return json.dumps(term_rows(), indent=2) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(terms_file(), encoding="utf-8")

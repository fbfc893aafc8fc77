"""A recipe changed in an editor before it is painted."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import typer

from geometry.errors import InputError
from geometry.printable import printable
from service.cli.recipe_file import is_receipt, read_recipe
from service.inputs.styles import load_styles
from service.recipe.recipe import Recipe
from service.scene import read_scene
from service.spaces import SPACES
from service.whole_files import write_atomically


def edit_recipe(file: Path, changes: Sequence[str], draft: Path) -> Recipe:
    """The recipe of a file, after ``changes`` (see :func:`read_recipe`), as it was saved in the
    user's editor. What is saved is written to ``draft`` before anything else is done with it; of
    one that cannot be painted it is told why, and the editor opens again with it, if the user
    wants. Raises InputError: "not-edited" where the editor is closed without saving; what is wrong
    with a recipe that is not edited again."""
    text = _offered(file, changes)
    refused: InputError | None = None
    while (saved := _saved(text)) is not None:
        text = saved
        draft.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(draft, text.encode())
        try:
            return _checked(draft, file.parent)
        except InputError as error:
            refused = error
        sys.stderr.write(f"error: {printable(' '.join(str(refused).split()))}\n")
        if not typer.confirm("Edit it again?", default=True, err=True):
            break
    if refused is not None:
        raise InputError(
            refused.code, refused.field, refused.message, f"{refused.hint} What you wrote: {draft}"
        )
    raise InputError(
        "not-edited",
        "recipe",
        "The editor was closed without saving, and nothing is painted.",
        "Leave out --edit to paint the recipe as it is.",
    )


def _saved(text: str) -> str | None:
    """What is saved of a text in the user's editor; None if nothing is. Raises
    InputError("no-editor")."""
    named = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    editor = named or ("notepad" if os.name == "nt" else "vi")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "recipe.json"
        file.write_text(text, encoding="utf-8")
        os.utime(file, (0, 0))  # an editor may be faster than the file system's clock
        try:
            subprocess.run([*shlex.split(editor, posix=os.name != "nt"), str(file)], check=True)
        except (OSError, ValueError, subprocess.CalledProcessError):
            raise InputError(
                "no-editor",
                "--edit",
                f"The editor '{editor}' cannot be started, or has failed.",
                "Name one in the environment, as in VISUAL=nano service run …",
            ) from None
        if file.stat().st_mtime == 0:
            return None
        return file.read_text(encoding="utf-8-sig", errors="replace")


def _offered(file: Path, changes: Sequence[str]) -> str:
    """What the editor shows first: the file's own text, or, where that is not what would be
    painted (a receipt, changes), the fields that are given. A recipe that is not sound is shown as
    it is, to be mended."""
    try:
        recipe = read_recipe(file, changes)
        if changes or is_receipt(file):
            return json.dumps(recipe.model_dump(mode="json", exclude_unset=True), indent=2) + "\n"
    except InputError as error:
        if changes or error.code == "missing-file":
            raise
    return file.read_text(encoding="utf-8-sig")


def _checked(draft: Path, folder: Path) -> Recipe:
    """The recipe of a draft, all of which can be known beforehand but what a mesh says of it; its
    files are looked for in ``folder``."""
    recipe = read_recipe(draft, beside=folder)
    if not SPACES[recipe.target].needs_body:
        read_scene(recipe)
    load_styles(recipe)
    return recipe

"""``service view``: a painting as a page to touch."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from geometry.errors import InputError
from service.browser import open_page
from service.cli import options
from service.cli.terminal import console
from service.whole_files import reason, write_atomically


def view(
    what: Annotated[Path, options.painting("RECEIPT|PICTURE")],
    output: Annotated[
        Path | None,
        options.output(
            "FILE", "The page, .html; default: NAME.html beside the picture, opened in the browser."
        ),
    ] = None,
) -> None:
    """Write a page that shows a painting and can be touched: a tile or a strip without end, a
    sphere or a mesh that turns, the hyperbolic plane dragged by its isometries, an endless zoom. It
    is one file, and works offline."""
    from service.viewers.page import viewer_page
    from service.viewers.reading import read_painting

    painting = read_painting(what, textures=False)
    page = output or painting.picture_file.with_suffix(".html")
    if page.suffix.lower() not in (".html", ".htm"):
        raise InputError(
            "bad-output", "--output", f"{page} is no page.", "Give a name that ends in .html."
        )
    text = viewer_page(painting)
    try:
        write_atomically(page, text.encode())
    except OSError as error:
        raise InputError(
            "bad-output", "--output", f"{page} cannot be written: {reason(error)}."
        ) from None
    console().print(f"{page}  {len(text) / 1e6:.1f} MB", highlight=False, markup=False)
    if output is None:
        open_page(page)

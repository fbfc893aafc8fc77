"""A page as the content of a file, by its suffix."""

from __future__ import annotations

from service.printing.page import Page
from service.printing.pdf import pdf_bytes
from service.printing.raster import raster_bytes
from service.printing.svg import svg_bytes


def page_bytes(page: Page, suffix: str) -> bytes:
    """Of a .pdf, .svg, .png, .tif or .tiff."""
    suffix = suffix.lower()
    if suffix == ".pdf":
        return pdf_bytes(page)
    if suffix == ".svg":
        return svg_bytes(page)
    return raster_bytes(page, suffix)

"""A page as PDF: the picture without loss and with the profile of sRGB, lines and texts as vectors,
and boxes that tell a printer where the paper is cut (ISO 32000-1, § 14.11.2)."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator

import numpy as np
import pikepdf
from pikepdf import Array as PdfArray
from pikepdf import Dictionary, Name, Stream

from geometry.spaces import Array
from service.printing.page import INCH, STROKES, Box, Line, Page, Text
from service.printing.raster import srgb_profile

_POINT = 72 / INCH  # points per millimetre
_DIGIT = 0.556  # of a font's size: the width of a digit of Helvetica; others are about as wide


def pdf_bytes(page: Page) -> bytes:
    """The content of the file."""
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(page.size[0] * _POINT, page.size[1] * _POINT))
    leaf = pdf.pages[0]
    height, width = page.picture.shape[:2]
    profile = Stream(pdf, srgb_profile(), N=3, Alternate=Name.DeviceRGB)
    space = pdf.make_indirect(PdfArray([Name.ICCBased, pdf.make_indirect(profile)]))
    picture = Stream(
        pdf,
        zlib.compress(np.ascontiguousarray(page.picture).tobytes(), 6),
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=width,
        Height=height,
        ColorSpace=space,
        BitsPerComponent=8,
        Filter=Name.FlateDecode,
    )
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    leaf.obj.Resources = Dictionary(
        XObject=Dictionary(Picture=pdf.make_indirect(picture)),
        Font=Dictionary(Text=pdf.make_indirect(font)),
    )
    if page.trim is not None:
        leaf.obj.TrimBox = _box(page.trim, page)
        leaf.obj.BleedBox = _box(page.art, page)
    leaf.obj.Contents = Stream(pdf, "\n".join(_content(page)).encode("ascii"))
    stream = io.BytesIO()
    pdf.save(stream, deterministic_id=True)
    return stream.getvalue()


def _box(box: Box, page: Page) -> PdfArray:
    """From the lower left corner on, y up, in points."""
    low, high = page.size[1] - box.bottom, page.size[1] - box.top
    sides = (box.left, low, box.right, high)
    return PdfArray([round(float(side) * _POINT, 4) for side in sides])


def _content(page: Page) -> Iterator[str]:
    height = page.size[1]
    # all that follows in millimetres, y up
    yield f"q {_POINT:.8f} 0 0 {_POINT:.8f} 0 0 cm"
    art = page.art
    yield (
        f"q {art.width:.5f} 0 0 {art.height:.5f} {art.left:.5f} {height - art.bottom:.5f} cm "
        "/Picture Do Q"
    )
    yield "1 J 1 j"
    for line in page.lines:
        yield from _line(line, height)
    yield "0 g"
    for text in page.texts:
        yield _text(text, height)
    yield "Q"


def _line(line: Line, height: float) -> Iterator[str]:
    width, dash = STROKES[line.kind]
    path = _path(line.points, height)
    if dash is not None:
        yield f"[] 0 d 1 G {width:g} w {path} S"
    ends = "[] 0 d" if dash is None else f"0 J [{dash[0]:g} {dash[1]:g}] 0 d"
    yield f"{ends} 0 G {width:g} w {path} S 1 J"


def _path(points: Array, height: float) -> str:
    (x, y), *rest = points
    steps = [f"{x:.4f} {height - y:.4f} m"]
    return " ".join([*steps, *(f"{x:.4f} {height - y:.4f} l" for x, y in rest)])


def _text(text: Text, height: float) -> str:
    size = text.height * 1.4  # digits are 0.72 as tall as their font
    x = text.place[0] - _DIGIT * size * len(text.text) / 2
    y = height - text.place[1] - text.height / 2
    return f"BT /Text {size:.4f} Tf {x:.4f} {y:.4f} Td ({text.text}) Tj ET"

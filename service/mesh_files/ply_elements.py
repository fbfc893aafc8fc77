"""The elements of PLY files, text or binary, as columns of numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from service.mesh_files.rows import numbers

_TYPES = {
    **dict.fromkeys(("char", "int8"), "i1"),
    **dict.fromkeys(("uchar", "uint8"), "u1"),
    **dict.fromkeys(("short", "int16"), "i2"),
    **dict.fromkeys(("ushort", "uint16"), "u2"),
    **dict.fromkeys(("int", "int32"), "i4"),
    **dict.fromkeys(("uint", "uint32"), "u4"),
    **dict.fromkeys(("float", "float32"), "f4"),
    **dict.fromkeys(("double", "float64"), "f8"),
}
_ORDERS = {"binary_little_endian": "<", "binary_big_endian": ">"}


@dataclass(frozen=True)
class Property:
    """A property's name, NumPy's code of its type and, of lists, of the type of their length."""

    name: str
    kind: str
    length: str | None


@dataclass(frozen=True, eq=False)
class Column:
    """The values of a property, of all its rows one after another, and how many each row has."""

    values: NDArray
    counts: NDArray[np.int64]
    kind: str


Element = dict[str, Column]


def read_elements(data: bytes) -> tuple[dict[str, Element], list[str]]:
    """The elements of a PLY file by name, with their properties by name, and its comments. Raises
    ValueError with a sentence's rest."""
    end = data.find(b"end_header")
    start = data.find(b"\n", end) + 1
    lines = data[: max(end, 0)].decode("utf-8", "replace").splitlines()
    if not lines or lines[0].strip() != "ply" or not start:
        raise ValueError("has no PLY header")
    form, layout = "", list[tuple[str, int, list[Property]]]()
    for words in (line.split() for line in lines[1:]):
        if not words:
            continue
        if words[0] == "format":
            form = words[1]
        elif words[0] == "element":
            layout.append((words[1], int(words[2]), []))
        elif words[0] == "property" and words[1] == "list":
            layout[-1][2].append(Property(words[4], _TYPES[words[3]], _TYPES[words[2]]))
        elif words[0] == "property":
            layout[-1][2].append(Property(words[2], _TYPES[words[1]], None))
    comments = [line.strip().partition(" ")[2] for line in lines if line.startswith("comment")]
    if form == "ascii":
        body: NDArray = numbers(data[start:] + b"\n")[0]
    elif form in _ORDERS:
        body = np.frombuffer(data, np.uint8, offset=start)
    else:
        raise ValueError(f"is of the format '{form[:40]}'")
    found, place = {}, 0
    for name, count, properties in layout:
        reader = _Rows(body, place, count, _ORDERS.get(form))
        found[name] = reader.columns(properties)
        place = reader.place
    return found, comments


class _Rows:
    """The rows of an element. body: (N,) float64, all numbers of a text, or uint8, all bytes;
    place: where in it the rows begin."""

    def __init__(self, body: NDArray, place: int, count: int, order: str | None) -> None:
        self._body, self.place, self._count, self._order = body, place, count, order

    def columns(self, properties: list[Property]) -> Element:
        """The element's columns; ``place`` is behind it then."""
        if self._count > len(self._body) and properties:
            raise ValueError("ends too early")
        first = self._first_row(properties)
        alike = self._strided(properties, first)
        found = self._walked(properties) if alike is None else alike
        return {p.name: column for p, column in zip(properties, found, strict=True)}

    def _width(self, code: str) -> int:
        return 1 if self._order is None else int(code[1])

    def _first_row(self, properties: list[Property]) -> list[int]:
        """How many values the properties have in the first row."""
        place, counts = self.place, []
        for p in properties:
            many = 1
            if p.length is not None and self._count:
                many = int(self._view(place, 1, (1, 1), p.length)[0, 0])
                place += self._width(p.length)
            place += many * self._width(p.kind)
            counts.append(many)
        return counts

    def _view(self, place: int, stride: int, shape: tuple[int, int], code: str) -> NDArray:
        """(rows, values) of a type in the body, rows ``stride`` apart."""
        last = place + (shape[0] - 1) * stride + shape[1] * self._width(code)
        if min(shape) < 0 or last > len(self._body):
            raise ValueError("ends too early")
        kind = self._body.dtype if self._order is None else np.dtype(self._order + code)
        size = self._body.itemsize
        strides = (stride * size, self._width(code) * size)
        return np.ndarray(shape, kind, self._body.data, place * size, strides)

    def _strided(self, properties: list[Property], counts: list[int]) -> list[Column] | None:
        """The columns if every row has as many values as the first one; None if not."""
        heads = [self._width(p.length) if p.length else 0 for p in properties]
        bodies = [many * self._width(p.kind) for p, many in zip(properties, counts, strict=True)]
        stride, found, place = sum(heads) + sum(bodies), [], self.place
        ragged = any(heads)
        if ragged and place + stride * self._count > len(self._body):
            return None
        for p, head, body, many in zip(properties, heads, bodies, counts, strict=True):
            if p.length is not None:
                lengths = self._view(place, stride, (self._count, 1), p.length)
                if (lengths != many).any():
                    return None
            values = self._view(place + head, stride, (self._count, many), p.kind)
            found.append(Column(values.ravel(), np.full(self._count, many), p.kind))
            place += head + body
        self.place += stride * self._count
        return found

    def _walked(self, properties: list[Property]) -> list[Column]:
        """The columns where only a row itself says where the next one is."""
        body = self._body.tobytes() if self._order is not None else self._body.tolist()
        order = "little" if self._order == "<" else "big"
        widths = [
            (self._width(p.length) if p.length else 0, self._width(p.kind)) for p in properties
        ]
        starts = [np.empty(self._count, np.int64) for _ in properties]
        counts = [np.ones(self._count, np.int64) for _ in properties]
        place, end = self.place, len(body)
        for row in range(self._count):
            for k, (head, width) in enumerate(widths):
                many = 1
                if place >= end:
                    raise ValueError("ends too early")
                if head:
                    if isinstance(body, bytes):
                        many = int.from_bytes(body[place : place + head], order)  # type: ignore[arg-type]
                    else:
                        many = int(body[place])
                    place += head
                    counts[k][row] = many
                starts[k][row] = place
                place += many * width
        if place > end:
            raise ValueError("ends too early")
        self.place = place
        return [
            Column(self._gathered(p, start, count), count, p.kind)
            for p, start, count in zip(properties, starts, counts, strict=True)
        ]

    def _gathered(
        self, p: Property, starts: NDArray[np.int64], counts: NDArray[np.int64]
    ) -> NDArray:
        width = self._width(p.kind)
        number = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
        places = np.repeat(starts, counts) + number * width
        if self._order is None:
            return self._body[places]
        raw = self._body[places[:, None] + np.arange(width)]
        return raw.view(self._order + p.kind)[:, 0]

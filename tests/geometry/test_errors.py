"""Errors repeat what they are about, but never much of it and never what moves a terminal."""

import time

import pytest

from geometry.catalogue import find_colouring, find_group
from geometry.errors import InputError, excerpt, unknown_name
from geometry.plane.torus import parse_torus_map
from geometry.symmetry.folds import parse_folds


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("p4", "p4"),
        ("a" * 60, "a" * 60),
        ("a" * 61, "a" * 60 + "…"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("line\nline", "line\\nline"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("\ud800", "\\ud800"),
        ("grün 😀", "grün 😀"),
    ],
)
def test_an_excerpt(text, shown):
    assert excerpt(text) == shown


def test_an_error_is_printable_and_short_whatever_it_quotes():
    wild = "\x1b]0;x\x07\n" * 100_000
    error = InputError("bad-value", wild, wild, wild)
    for text in (error.field, error.message, error.hint, str(error)):
        assert text.isprintable() and len(text) < 5000
    assert str(InputError("bad-value", "size", "Too small.", "Use 64.")) == (
        "size: Too small. Use 64."
    )


def test_a_megabyte_that_is_no_name_has_no_nearest_one():
    error = unknown_name("unknown-group", "group", "p4" * 500_000, ["p4", "p6"])
    assert len(str(error)) < 200


@pytest.mark.parametrize("piece", ["1", " ", "a", "a ", "r=", "=", "{", "_", ",", "1,", "\u0661"])
@pytest.mark.parametrize(
    "read",
    [
        parse_folds,
        parse_torus_map,
        lambda text: find_colouring(find_group("p4", "plane"), text),
        lambda text: find_colouring(find_group("p4", "plane"), f"{text}r=rgb"),
        lambda text: find_group(text, "sphere"),
    ],
)
def test_no_text_takes_long_to_be_refused(read, piece):
    start = time.process_time()
    with pytest.raises(InputError) as refused:
        read(piece * 20_000 + "!")
    assert time.process_time() - start < 5 and len(str(refused.value)) < 1000

"""The kinds of text that stand in a recipe's fields: names, files, colours, directions. Each is
checked by itself."""

from __future__ import annotations

import math
import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidatorFunctionWrapHandler, WrapValidator

from geometry.errors import excerpt

ProjectionName = Literal["equirectangular", "cube", "octahedral"]
ModelName = Literal["poincare", "klein", "halfplane", "band", "square", "conformal"]
CutName = Literal["period", "cell", "domain"]
RadiusName = Literal["zoom", "tunnel"]
HandName = Literal["any", "ccw", "cw"]
ActionName = Literal["surface", "direction"]
ViewLayoutName = Literal["sphere", "ring"]
StartName = Literal["noise", "base"]
ColoursName = Literal["style", "rgb", "inks"]
OWN, BASE, LIGHT = "own", "base", "light"  # style colours that are no picture's
QualityName = Literal["draft", "standard", "final"]
PrecisionName = Literal["auto", "float32", "bfloat16"]
Bits = Literal[8, 16]


MAX_DREAM = 256  # characters of what is dreamt of
MAX_NUMBERS = 128  # characters of a direction or a point
MAX_SOURCE = 1024  # characters of a style's file, or of an exemplar's or a buffer's name
MAX_PATH = 4096  # characters of other files, as on Linux

# No text can be read in two ways: what does not match is refused after one pass over it.
INKS = r"#[0-9a-fA-F]{6}(,#[0-9a-fA-F]{6}){1,3}"
REPEAT = r"[1-9]\d?x[1-9]\d?"
_NUMBER = r"[-+]?(\d+(\.\d*)?|\.\d+)(e[-+]?\d+)?"
_POINT = rf"{_NUMBER},{_NUMBER},{_NUMBER}"
SHIFT = rf"{_NUMBER},{_NUMBER}"
DIRECTION = rf"[XYZ]|{_POINT}"
CENTRE = rf"centroid|origin|{_POINT}"


def _file_name(name: Any, check: ValidatorFunctionWrapHandler) -> Any:
    """A file's name may have bytes that are no UTF-8, which Python writes as halves of surrogates:
    only for them, pydantic must not see all of it."""
    if isinstance(name, str) and name != (shown := name.encode("utf-8", "replace").decode()):
        check(shown)
        return name
    return check(name)


# Lengths are checked inside, where pydantic still knows that it is text.
FileName = Annotated[str, Field(max_length=MAX_PATH), WrapValidator(_file_name)]
SourceName = Annotated[str, Field(min_length=1, max_length=MAX_SOURCE), WrapValidator(_file_name)]


def _two_numbers(repeat: str) -> str:
    if not re.fullmatch(REPEAT, repeat, re.ASCII):
        raise ValueError(f"'{excerpt(repeat, 20)}' is not two numbers from 1 to 99, such as 3x2")
    return repeat


def _colours(inks: str) -> str:
    if not re.fullmatch(INKS, inks, re.ASCII):
        raise ValueError(
            f"'{excerpt(inks, 40)}' is not two to four colours such as #1b2a5c,#e8b030"
        )
    return inks


def _shift(shift: str) -> str:
    if not re.fullmatch(SHIFT, shift, re.ASCII):
        raise ValueError(f"'{excerpt(shift, 40)}' is not two numbers such as 0.1,-0.25")
    if not all(abs(float(x)) <= 1 for x in shift.split(",")):
        raise ValueError("the motif may be shifted by 1 each way at most")
    return shift


def _direction(axis: str) -> str:
    if not re.fullmatch(DIRECTION, axis, re.ASCII):
        raise ValueError(f"'{excerpt(axis, 40)}' is not X, Y, Z or a direction such as 0,1,1")
    if "," in axis and not 1e-15 < math.hypot(*map(float, axis.split(","))) < math.inf:
        raise ValueError("the direction's length must be above 0, and finite")
    return axis


def _place(centre: str) -> str:
    if not re.fullmatch(CENTRE, centre, re.ASCII):
        raise ValueError(
            f"'{excerpt(centre, 40)}' is not centroid, origin or coordinates such as 0,0,1.5"
        )
    if "," in centre and not all(math.isfinite(float(x)) for x in centre.split(",")):
        raise ValueError("its coordinates must be finite")
    return centre


def _text(most: int, pattern: str) -> Any:
    """Text of so many characters. The pattern is only for the schema: what does not match is told
    in words."""
    return Field(max_length=most, json_schema_extra={"pattern": f"^{pattern}$"})


Repeat = Annotated[str, _text(16, REPEAT), AfterValidator(_two_numbers)]
Shift = Annotated[str, _text(MAX_NUMBERS, SHIFT), AfterValidator(_shift)]
Inks = Annotated[str, Field(max_length=64), AfterValidator(_colours)]
Direction = Annotated[str, _text(MAX_NUMBERS, f"({DIRECTION})"), AfterValidator(_direction)]
Centre = Annotated[str, _text(MAX_NUMBERS, f"({CENTRE})"), AfterValidator(_place)]

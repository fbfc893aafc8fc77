"""The options of the painting commands. Names, help, bounds and defaults are read from the fields
of :class:`service.recipe.recipe.Recipe` and its objective; an option that is not given is not in
the recipe either."""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import typer
from pydantic.fields import FieldInfo

from service.cli.options import OBJECTIVE, OUTPUT, QUALITY, STYLE, SURFACE, SYMMETRY
from service.finishing import STEPS
from service.recipe.parts import Objective
from service.recipe.recipe import Recipe
from service.spaces import SPACES, with_pictures
from service.spaces.space import MOTIF
from service.terms import TERMS


@dataclass(frozen=True)
class _Spelling:
    """How an option is written, where it is not --field with a metavar after its type."""

    flags: tuple[str, ...] = ()
    metavar: str | None = None
    more: str = ""


_BLEND = (
    "An exemplar or a file; several are blended by weight, as in "
    "--style 2:woodcut_waves --style 1:photo.jpg."
)
_DREAM = (
    "See 'service classes' and 'service channels'; may be given several times. Negative weights "
    "avoid it. Without --style it is a pure dream."
)
_FINISH = (
    f"May be given several times: {', '.join(STEPS)}; as in --finish contrast=1.2. "
    "'service settings' has their bounds, 'service finish' changes them later."
)
_SPELLINGS = {
    "group": _Spelling(("--group", "-g"), "NAME", "See 'service groups'."),
    "colouring": _Spelling(
        ("--colouring", "-c"), "NAME", "See 'service colourings'; or images, as in 'r=gbr s=brg'."
    ),
    "styles": _Spelling(("--style", "-s"), "[WEIGHT:]STYLE", _BLEND),
    "dreams": _Spelling(("--dream",), "TARGET[=WEIGHT]", _DREAM),
    "size": _Spelling(metavar="PIXELS"),
    "bits": _Spelling(more="JPEG, WebP and GLB hold 8."),
    "quality": _Spelling(("--quality", "-q")),
    "angle": _Spelling(metavar="DEGREES"),
    "twist": _Spelling(metavar="DEGREES"),
    "style_scale": _Spelling(metavar="FACTOR"),
    "zoom": _Spelling(metavar="FACTOR"),
    "folds": _Spelling(metavar="K/N"),
    "torus_map": _Spelling(metavar="MAP"),
    "repeat": _Spelling(metavar="NxM"),
    "axis": _Spelling(metavar="X|Y|Z|x,y,z"),
    "centre": _Spelling(metavar="centroid|origin|x,y,z"),
    "inks": _Spelling(metavar="#RRGGBB,…"),
    "style_size": _Spelling(metavar="LENGTH"),
    "style_colours": _Spelling(
        metavar="own|base|light|PICTURE", more="A picture is an exemplar or a file."
    ),
    "base": _Spelling(metavar="FILE|COLOUR"),
    "start": _Spelling(metavar="noise|base|PICTURE", more="A picture is the base, too."),
    "motif": _Spelling(metavar="PICTURE", more="An exemplar or a file."),
    "motif_zoom": _Spelling(metavar="FACTOR"),
    "motif_turn": _Spelling(metavar="DEGREES"),
    "motif_shift": _Spelling(metavar="X,Y"),
    "mask": _Spelling(
        metavar="FILE", more="Without --size the texture is then as wide as the base."
    ),
    "material": _Spelling(metavar="NAME"),
    "finishing": _Spelling(("--finish",), "STEP=VALUE", _FINISH),
}
_SECTION_OF = {
    **dict.fromkeys(
        ("styles", "style_colours", "dreams", "style_scale", "style_size", "network"), STYLE
    ),
    **dict.fromkeys(MOTIF, STYLE),
    **dict.fromkeys(("mesh", "material", "unwrap", "base", "start", "mask"), SURFACE),
    **dict.fromkeys(("quality", "steps", "seed", "views", "view_layout", "precision"), QUALITY),
    **dict.fromkeys(("size", "bits", "cut", "repeat", "projection", "model", "finishing"), OUTPUT),
    **dict.fromkeys((term.setting for term in TERMS.values()), OBJECTIVE),
}
_PLAIN = ("target", "group", "finishing")  # their defaults, if they have one, say nothing
_METAVARS: dict[type, str] = {int: "N", float: "X", str: "TEXT"}  # a bool is a flag
# These wait for a painting.
_NOT_OF_PREVIEWS = ("chirality", "base", "start", "motif")
PREVIEW = (
    "colouring",
    "colours",
    "inks",
    "seed",
    *dict.fromkeys(
        field
        for space in with_pictures().values()
        for field in space.fields
        if field not in _NOT_OF_PREVIEWS
    ),
)
_PAINTING = (
    "colouring",
    "colours",
    "inks",
    "size",
    "bits",
    "seed",
    "styles",
    "dreams",
    "quality",
    "steps",
    "network",
    "precision",
    "style_scale",
    "style_colours",
    "views",
    "finishing",
)


def option(field: str) -> Any:
    """The annotation of a command's parameter that stands for a field of the recipe, or for the
    weight of a term."""
    info = _info(field)
    spelling = _SPELLINGS.get(field, _Spelling())
    flags = spelling.flags or (f"--{field.replace('_', '-')}",)
    kind = _kind(info.annotation)
    choices = choices_of(info)
    metavar = spelling.metavar or "|".join(choices) or _METAVARS.get(kind)
    has_default = field not in _PLAIN and info.default not in (None, False, ())
    default = f"Default: {_shown(info.default)}." if has_default else ""
    text = " ".join(filter(None, [info.description, spelling.more, bounds_of(info), default]))
    value: Any = (
        list[str] | None
        if field in ("styles", "dreams", "finishing")
        else kind
        if info.is_required()
        else (kind | None)
    )
    section = _SECTION_OF.get(field, SYMMETRY)
    shown = typer.Option(
        *flags, help=text, show_default=False, metavar=metavar, rich_help_panel=section
    )
    return Annotated[value, shown]


def with_options(fields: Sequence[str]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Decorate ``command(..., **given)`` so that typer sees an option for each of ``fields``; those
    that are given on the command line arrive in ``given``."""

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        own = [p for p in inspect.signature(command).parameters.values() if p.kind != p.VAR_KEYWORD]
        hints = typing.get_type_hints(command, include_extras=True)
        own = [p.replace(annotation=hints[p.name]) for p in own]
        added = [
            inspect.Parameter(
                field,
                inspect.Parameter.KEYWORD_ONLY,
                annotation=option(field),
                default=inspect.Parameter.empty if _info(field).is_required() else None,
            )
            for field in fields
        ]
        required = [p for p in own + added if p.default is p.empty]
        rest = [p for p in added + own if p.default is not p.empty]

        def wrapper(**arguments: Any) -> None:
            given = {k: arguments.pop(k) for k in fields}
            command(**arguments, **{k: v for k, v in given.items() if v is not None})

        parameters = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in (*required, *rest)]
        wrapper.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        wrapper.__annotations__ = {p.name: p.annotation for p in parameters}
        wrapper.__name__, wrapper.__doc__ = command.__name__, command.__doc__
        return wrapper

    return decorate


def fields_of(target: str) -> tuple[str, ...]:
    """The recipe's fields that a painting command offers, besides the group's name, and the weights
    of the terms that are for its target."""
    own = SPACES[target].fields
    return (*_PAINTING, *own, *(t.setting for t in TERMS.values() if t.is_for(target)))


def _kind(annotation: Any) -> type:
    """bool, int, float or str."""
    for part in _parts(annotation):
        if part in (bool, int, float):
            return part
        if {type(choice) for choice in typing.get_args(part)} == {int}:
            return int
    return str


def choices_of(info: FieldInfo) -> list[str]:
    """The values that a field can have, if it has only some: of its type, or of a table. What else
    there may be is in its description."""
    found = [c for part in _parts(info.annotation) for c in typing.get_args(part)]
    schema: dict[str, Any] = {"enum": [c for c in found if isinstance(c, str | int)]}
    if callable(info.json_schema_extra):
        info.json_schema_extra(schema)
    return [str(c) for kind in schema.get("anyOf", [schema]) for c in kind.get("enum", ())]


def _parts(annotation: Any) -> tuple[Any, ...]:
    union = typing.get_origin(annotation) in (typing.Union, types.UnionType)
    return typing.get_args(annotation) if union else (annotation,)


def _info(field: str) -> FieldInfo:
    """What the recipe says of one of its fields, or of the weight of a term."""
    terms = {term.setting: name for name, term in TERMS.items()}
    return Objective.model_fields[terms[field]] if field in terms else Recipe.model_fields[field]


def bounds_of(info: FieldInfo) -> str:
    """'64 to 8192.', from the field's own constraints; empty unless it is bounded on both sides."""
    found: dict[str, Any] = {}
    for rule in info.metadata:
        for side in ("ge", "le", "lt"):
            if (bound := getattr(rule, side, None)) is not None:
                found[side] = bound
    if "lt" in found:
        found["le"] = found["lt"] - 1  # only whole numbers are bounded so
    return f"{found['ge']:.10g} to {found['le']:.10g}." if {"ge", "le"} <= found.keys() else ""


def _shown(default: Any) -> str:
    if isinstance(default, tuple):
        return ", ".join(part.source for part in default)
    return str(default)

"""What recipes are made of: styles, dreams, weights of the objective's terms, quality presets."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, create_model

from geometry.errors import excerpt
from service import finishing, preparing
from service.recipe.fields import MAX_DREAM, SourceName
from service.tables.step import Step
from service.terms import TERMS


class Part(BaseModel):
    """A recipe or a part of it: nothing in it changes, and it has no fields but its own."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class _Values(Part):
    """What is done to a picture."""

    @property
    def values(self) -> dict[str, Any]:
        """The value of every step, by name."""
        return {name: getattr(self, name) for name in type(self).model_fields}

    @property
    def used(self) -> dict[str, Any]:
        """Of the steps that do something, in order."""
        fields = type(self).model_fields
        return {name: x for name, x in self.values.items() if x != fields[name].default}


def _matching(step: Step) -> Any:
    """Text, or a number that is written as one, of a step's pattern."""

    def check(text: str) -> str:
        if not re.fullmatch(step.pattern, text, re.ASCII):
            told = step.description[:1].lower() + step.description[1:].rstrip(".")
            raise ValueError(f"'{excerpt(text, 40)}' is not understood. Give {told}")
        return text

    spelt = BeforeValidator(lambda x: str(x) if type(x) is int else x)
    return Annotated[str, Field(max_length=256), AfterValidator(check), spelt]


def _value(step: Step) -> tuple[Any, Any]:
    """The field of a step: its type, and what is said of it."""
    said: Mapping[str, Any] = {"title": step.title, "description": step.description}
    if step.default is None:
        kind = SourceName if step.picture else _matching(step)
        return kind | None, Field(default=None, **said)
    return float, Field(default=step.default, ge=step.least, le=step.most, **said)


def _steps(name: str, table: Mapping[str, Step]) -> Any:
    """A part with a field for every step of a table."""
    fields: dict[str, Any] = {step.name: _value(step) for step in table.values()}
    return create_model(name, __base__=_Values, __doc__=_Values.__doc__, **fields)


if TYPE_CHECKING:
    Finishing = _Values
    Preparing = _Values
else:
    Finishing = _steps("Finishing", finishing.STEPS)
    Preparing = _steps("Preparing", preparing.STEPS)


class Style(Part):
    """One style picture and its share in the blend."""

    source: SourceName = Field(
        description="An exemplar's name, a file, or 'buffer:NAME' on the wire."
    )
    weight: float = Field(default=1.0, gt=0, le=100, description="Share in the blend of styles.")
    prepare: Preparing = Field(
        default=Preparing(), description="Steps before the painting: crop, turn, contrast, colours."
    )

    @property
    def pictures_matched(self) -> dict[str, str]:
        """The sources of pictures that its steps name, by the steps' names."""
        return {name: x for name, x in self.prepare.used.items() if preparing.STEPS[name].picture}


class Dream(Part):
    """Something that the network shall see everywhere, and how much."""

    target: str = Field(
        description="class:NAME or class:INDEX; a LAYER of the network, LAYER:CHANNEL, or several "
        "channels as in LAYER:0.8*12+40-0.3*7.",
        min_length=1,
        max_length=MAX_DREAM,
    )
    weight: float = Field(
        default=1.0, ge=-100, le=100, description="How much it counts; negative to avoid it."
    )


class _Weights(Part):
    """Weights of the terms of the objective."""

    @property
    def weights(self) -> dict[str, float]:
        """The weight of every term, by name."""
        return {name: getattr(self, name) for name in TERMS}


if TYPE_CHECKING:
    Objective = _Weights
else:  # a field for every term of the table
    Objective = create_model(
        "Objective",
        __base__=_Weights,
        __doc__=_Weights.__doc__,
        **{
            term.name: (
                float,
                Field(
                    default=term.default,
                    ge=term.least,
                    le=term.most,
                    title=term.title,
                    description=term.description,
                ),
            )
            for term in TERMS.values()
        },
    )


DRAFT_SUBSAMPLES = 4  # along each side of a pixel, in a mesh's views


@dataclass(frozen=True)
class Quality:
    """What a quality preset decides: how many resolutions, how many steps at each."""

    title: str
    stages: int  # √2 apart, ending at the full size
    steps: int  # at each
    subsamples: int = DRAFT_SUBSAMPLES  # in a mesh's views at full size


QUALITIES: dict[str, Quality] = {
    "draft": Quality("Draft: a first look", stages=4, steps=24),
    "standard": Quality("Standard", stages=5, steps=60),
    "final": Quality("Final: slow and careful", stages=6, steps=200, subsamples=8),
}

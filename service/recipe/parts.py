"""What recipes are made of: styles, dreams, the weights of the objective's terms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field, create_model

from service.recipe.fields import MAX_DREAM, SourceName
from service.terms import TERMS


class Part(BaseModel):
    """A recipe or a part of it: nothing in it changes, and it has no fields but its own."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Style(Part):
    """One style picture and its share in the blend."""

    source: SourceName = Field(
        description="An exemplar's name, a file, or 'buffer:NAME' on the wire."
    )
    weight: float = Field(default=1.0, gt=0, le=100, description="Share in the blend of styles.")


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

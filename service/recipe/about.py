"""What a recipe's file says of itself. None of it decides anything of the picture, so it is no part
of a recipe, and jobs do not have it."""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict, Field

from service.recipe.parts import Part
from service.recipe.recipe import Recipe


class About(Part):
    """What a catalogue says of a recipe, in plain text."""

    title: str = Field(description="A few words.", min_length=1, max_length=80)
    text: str = Field(description="What there is to see, in a few sentences.", max_length=2000)
    source: str = Field(default="", description="Where it comes from.", max_length=300)


class DescribedRecipe(Recipe):
    """A recipe as it stands in a file."""

    model_config = ConfigDict(title="Recipe")

    about: About | None = Field(
        default=None,
        description="What a catalogue says of it; it changes nothing of the picture.",
    )

    def recipe(self) -> Recipe:
        """What is painted."""
        fields: dict[str, Any] = {name: getattr(self, name) for name in Recipe.model_fields}
        return Recipe.model_construct(self.model_fields_set - {"about"}, **fields)

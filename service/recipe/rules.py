"""What the fields of a recipe say together, and may not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geometry.errors import InputError
from service import networks
from service.finishing import STEPS
from service.pictures.motif import FITTED
from service.recipe import fields
from service.spaces import SPACES, targets_of_fields
from service.spaces.space import LARGEST
from service.tables.dreams import dreamers
from service.terms import TERMS

if TYPE_CHECKING:
    from service.recipe.recipe import Recipe


def check_together(recipe: Recipe) -> None:
    """Raises InputError or ValueError for fields that are right by themselves and do not go
    together."""
    _check_target(recipe)
    _check_motif(recipe)
    _check_finishing(recipe)
    _check_inks(recipe)
    _check_style_colours(recipe)
    _check_metamorphosis(recipe)
    _check_wishes(recipe)


def _check_target(recipe: Recipe) -> None:
    largest = SPACES[recipe.target].largest
    if recipe.size > largest:
        raise InputError(
            "bad-value",
            "size",
            f"The target '{recipe.target}' is {largest} pixels wide at most.",
            f"Choose {largest} or less.",
        )
    for field, targets in targets_of_fields().items():
        default = type(recipe).model_fields[field].default
        if recipe.target not in targets and getattr(recipe, field) != default:
            raise ValueError(
                f"'{field}' is for the target {' or '.join(targets)}, not for '{recipe.target}'"
            )
    if recipe.style_colours in (fields.BASE, fields.LIGHT) and recipe.target not in (
        based := targets_of_fields()["base"]
    ):
        raise ValueError(
            f"style colours '{recipe.style_colours}' are for the target {' or '.join(based)}, "
            f"not for '{recipe.target}'"
        )
    for name, weight in recipe.objective.weights.items():
        term = TERMS[name]
        if not term.is_for(recipe.target) and weight != term.default:
            raise ValueError(
                f"'objective.{name}' is for the target {' or '.join(term.targets)}, "
                f"not for '{recipe.target}'"
            )


def _check_motif(recipe: Recipe) -> None:
    if recipe.motif is None and recipe.motif_placement != FITTED:
        raise InputError(
            "bad-value", "motif", "There is no motif to place.", "Name one: --motif PICTURE."
        )
    if recipe.motif is not None and (recipe.base is not None or recipe.start == "base"):
        raise InputError(
            "bad-value",
            "motif",
            "A motif is what the painting starts from: there is no other picture before.",
            "Leave out the motif, or the base.",
        )
    if recipe.motif is not None and recipe.chirality != "any":
        raise InputError(
            "bad-chirality",
            "chirality",
            "The motif says which way things turn.",
            "Leave it out, or turn the motif over.",
        )
    if recipe.motif is not None and recipe.size > LARGEST:
        raise InputError(
            "bad-value",
            "size",
            f"Paintings with a motif are {LARGEST} pixels wide at most.",
            f"Choose {LARGEST} or less.",
        )


def _check_finishing(recipe: Recipe) -> None:
    if recipe.finishing.used and recipe.size > LARGEST:
        raise InputError(
            "bad-value",
            "finishing",
            f"Finishing a picture over {LARGEST} pixels wide would take too much memory.",
            f"Choose {LARGEST} or less, or leave out the finishing.",
        )
    for name in recipe.finishing.used:
        if not STEPS[name].is_for(recipe.target):
            raise ValueError(
                f"'finishing.{name}' is for the target {' or '.join(STEPS[name].targets)}, "
                f"not for '{recipe.target}'"
            )
    if recipe.bits > 8 and recipe.finishing.values["palette"] is not None:
        raise InputError(
            "bad-value",
            "bits",
            "A picture in inks has a few colours: 8 bits hold them exactly.",
            "Leave out bits, or the palette.",
        )
    if recipe.finishing.values["dither"] and recipe.finishing.values["palette"] is None:
        raise InputError(
            "bad-value",
            "finishing.dither",
            "A dither mixes inks, and none are named.",
            "Set palette, too, such as palette=4.",
        )


def _check_inks(recipe: Recipe) -> None:
    if recipe.inks is not None and recipe.colours != "inks":
        raise InputError(
            "bad-value", "inks", "Inks are for --colours inks.", "Give it, or leave out --inks."
        )


def _check_style_colours(recipe: Recipe) -> None:
    if recipe.style_colours not in (fields.OWN, fields.LIGHT) and not recipe.styles:
        raise InputError(
            "bad-value",
            "style_colours",
            "There is no style that could take other colours.",
            "Add one, or leave the style's colours its own.",
        )


def _check_metamorphosis(recipe: Recipe) -> None:
    if recipe.metamorphosis and len(recipe.styles) < 2:
        raise InputError(
            "bad-value",
            "metamorphosis",
            "A metamorphosis leads from one style to another.",
            "Give two styles or more: --style NAME --style NAME.",
        )


def _check_wishes(recipe: Recipe) -> None:
    # Of torchvision's classifiers it is known when they are there.
    if recipe.network in (networks.AUTO, *networks.NETWORKS):
        named = networks.NETWORKS.get(recipe.network)
        dreamers(
            [dream.target for dream in recipe.dreams],
            networks.automatic() if named is None else [named],
        )
    if recipe.dreams and not any(dream.weight for dream in recipe.dreams) and not recipe.styles:
        raise InputError(
            "bad-value",
            "dreams",
            "A dream must have a weight that is not 0, or nothing would be painted.",
        )
    painting = [t for t in TERMS.values() if t.paints and t.has_wishes(recipe)]
    if not painting:
        raise InputError(
            "bad-value", "styles", "Without styles or dreams nothing would be painted."
        )
    if not any(recipe.objective.weights[term.name] for term in painting):
        raise InputError(
            "bad-value",
            "objective",
            f"{' or '.join(t.name for t in painting)} must weigh more than 0, "
            "or nothing would be painted.",
        )

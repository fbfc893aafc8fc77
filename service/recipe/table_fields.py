"""Fields whose values follow from tables: what is painted, how large it can be, by which network is
looked at it."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticKnownError

from service import networks
from service.spaces import SPACES

MIN_SIZE = 64  # of what is painted, pixels across
MAX_SIZE = max(space.largest for space in SPACES.values())
_BOUNDS = sorted({space.largest for space in SPACES.values()})[:-1]
WHOSE_SIZE = "; ".join(  # of the larger ones
    f"over {bound}: only of " + ", ".join(k for k, space in SPACES.items() if space.largest > bound)
    for bound in _BOUNDS
)


def _target(target: Any) -> Any:
    if isinstance(target, str) and target in SPACES:
        return target
    *others, last = map(repr, SPACES)
    raise PydanticKnownError("literal_error", {"expected": f"{', '.join(others)} or {last}"})


def _network(network: str) -> str:
    networks.check_network(network)
    return network


def _names_of_networks(schema: dict[str, Any]) -> None:
    """What the schema says of the field: a name in the table, or one that torchvision may know."""
    text = {key: schema.pop(key) for key in ("type", "maxLength") if key in schema}
    schema["anyOf"] = [
        {**text, "enum": [networks.AUTO, *networks.NETWORKS]},
        {**text, "pattern": f"^{networks.TORCHVISION}."},
    ]


TargetName = Annotated[
    str,
    Field(json_schema_extra=lambda schema: schema.update(enum=list(SPACES))),
    BeforeValidator(_target),
]
NetworkName = Annotated[
    str,
    Field(max_length=64, json_schema_extra=_names_of_networks),
    AfterValidator(_network),
]

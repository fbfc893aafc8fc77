"""What every message is: a model of its fields, and the one line that is said of a bad one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, ValidationError

from geometry.errors import InputError
from service.serving.protocol.answers import in_words
from service.serving.protocol.wire import WireError

# Of JSON Schema, what :mod:`service.serving.protocol.answers` understands. "what" is our own: a
# shape in words.
_KEYS = frozenset(
    {
        *("type", "enum", "pattern", "format", "what", "required"),
        *("minLength", "maxLength", "minimum", "maximum", "minItems", "maxItems", "maxProperties"),
    }
)


class Message(BaseModel):
    """Fields of a message, each with its ``description``; what it does not have is let pass.
    ``Frame(job="3-0a1b2c")`` raises InputError for a bad one: "bad-value", but where a field has
    codes of its own."""

    model_config = ConfigDict(frozen=True, strict=True)
    buffers: ClassVar[Mapping[str, str]] = {}  # that a message of this kind may have

    def __init__(self, /, **fields: Any) -> None:
        """Check the fields."""
        try:
            super().__init__(**fields)
        except ValidationError as error:
            raise _refusal(error, self.schema_of_fields()) from None

    @classmethod
    def schema_of_fields(cls) -> dict[str, Any]:
        """Its fields as a JSON Schema, without references, titles and descriptions."""
        schema = cls.model_json_schema()
        return _plain(schema, schema.get("$defs", {}))


class Request(Message):
    """What a client asks; the docstrings of its kinds say what for."""

    Reply: ClassVar[type[Message]]

    @classmethod
    def kind(cls) -> str:
        """Its name on the wire."""
        return cls.__name__.lower()


def _refusal(error: ValidationError, shape: Mapping[str, Any]) -> InputError | WireError:
    first = error.errors(include_url=False)[0]
    cause = first.get("ctx", {}).get("error")
    if isinstance(cause, (InputError, WireError)):
        return cause
    field = ".".join(map(str, first["loc"]))
    words = in_words(_inside(shape, first["loc"]))
    if first["type"] == "missing":
        return InputError("bad-value", field, "It is missing.", f"Send {words}.")
    return InputError("bad-value", field, f"Not {words}.")


def _inside(shape: Mapping[str, Any], place: Iterable[str | int]) -> Mapping[str, Any]:
    """The shape of a field of a field."""
    for step in place:
        inner = shape.get("items") if isinstance(step, int) else _field(shape, step)
        if inner is None:
            break
        shape = inner
    return shape


def _field(shape: Mapping[str, Any], name: str) -> Any:
    return shape.get("properties", {}).get(name) or shape.get("additionalProperties")


def _plain(schema: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        schema = {**known[schema["$ref"].rpartition("/")[2]], **schema}
    found = {key: value for key, value in schema.items() if key in _KEYS}
    if "properties" in schema:
        fields = schema["properties"].items()
        found["properties"] = {name: _plain(field, known) for name, field in fields}
    for key in ("items", "additionalProperties", "propertyNames"):
        if isinstance(schema.get(key), dict):
            found[key] = _plain(schema[key], known)
    if "anyOf" in schema:
        found["anyOf"] = [_plain(choice, known) for choice in schema["anyOf"]]
    return found

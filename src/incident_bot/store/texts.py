"""Texts that every database takes.

PostgreSQL has no NUL character, and no encoding has half of a surrogate pair; monitoring tools
send both (binary garbage, an emoji cut in two). They become the replacement character before
anything is decided, so that the journal, its chain and the answer all have the same text.
"""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel

M = TypeVar("M", bound=BaseModel)

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def storable_text(text: str) -> str:
    """The text without NUL and without lone surrogates."""
    if text.isascii():
        return text.replace("\0", _REPLACEMENT)
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return whole.replace("\0", _REPLACEMENT)


def storable(model: M) -> M:
    """The command (or other model) with only such texts in it; itself when it is good."""
    before = model.model_dump()
    after = _each(before)
    return model if after == before else type(model).model_validate(after)


def _each(value: Any) -> Any:
    match value:
        case str() if type(value) is str:
            return storable_text(value)
        case Mapping():
            return {key: _each(each) for key, each in value.items()}
        case list() | tuple() | set() | frozenset():
            return type(value)(_each(each) for each in value)
        case _:
            return value

"""The tree as data: its sections in order, and the documented keys of each.

A section is one key at the top of the file. Its kind is how it is written:

    value    default_severity = "Sev3"
    list     [[routes]], a table for each
    map      [cadences], a value for each of its keys
    tables   [roles.ic], a table for each of its keys
    table    [reminders], keys of its own
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from incident_bot.config.forms import Fixed
from incident_bot.config.team import as_file
from incident_bot.config.tree import FileSettings
from incident_bot.domain.policy import Policy

Kind = Literal["value", "list", "map", "tables", "table"]


DEFAULTS = as_file(Policy())
"""What a file would say that changes nothing."""


@dataclass(frozen=True)
class Key:
    """A key with its documentation, and values as the file writes them.

    `default` is None where there is none, or where it is different in each table. `example` is
    None where the key holds tables.
    """

    name: str
    description: str
    default: Any
    example: Any
    required: bool


@dataclass(frozen=True)
class Section:
    """A key at the top of the file. `names`: the keys that it may have, none when any may be.

    `keys`: what stands in each of its tables; empty for a value and a map.
    """

    kind: Kind
    key: Key
    names: tuple[str, ...] = ()
    keys: tuple[Key, ...] = ()

    @property
    def name(self) -> str:
        """Its key."""
        return self.key.name

    @property
    def header(self) -> str:
        """How it is written: `[[routes]]`, `[roles.KEY]`."""
        match self.kind:
            case "value":
                return self.name
            case "list":
                return f"[[{self.name}]]"
            case "map" | "table":
                return f"[{self.name}]"
            case "tables":
                return f"[{self.name}.{self.names[0] if self.names else 'KEY'}]"

    def at(self, name: str) -> Key | None:
        """The key of this name in its tables."""
        return next((key for key in self.keys if key.name == name), None)


@cache
def sections() -> tuple[Section, ...]:
    """The whole tree, in the order in which it is documented."""
    return tuple(_section(name, field) for name, field in FileSettings.model_fields.items())


def _section(name: str, field: FieldInfo) -> Section:
    key = replace(_key(name, field), default=DEFAULTS[name])
    model = next(_models(field.annotation), None)
    keys = () if model is None else tuple(_key(n, f) for n, f in model.model_fields.items())
    if model is field.annotation:
        given = tuple(replace(k, default=DEFAULTS[name][k.name]) for k in keys)
        return Section("table", key, tuple(k.name for k in keys), given)
    if get_origin(field.annotation) is dict:
        of, _value = get_args(field.annotation)
        names = next((m.names for m in get_args(of)[1:] if isinstance(m, Fixed)), ())
        return Section("tables" if keys else "map", key, names, keys)
    return Section("list" if keys else "value", key, (), keys)


def _key(name: str, field: FieldInfo) -> Key:
    example = field.examples[0] if field.examples else None
    default = None if field.is_required() or field.default in (None, ()) else field.default
    required = field.is_required()
    return Key(field.alias or name, field.description or "", default, example, required)


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models within a type such as `tuple[Route, ...]` or `dict[str, RoleSettings]`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inside in get_args(annotation):
        yield from _models(inside)

"""What is wrong in a configuration file, as one line with the nearest known key."""

import difflib
from collections.abc import Iterator, Sequence
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from incident_bot.domain.words import Severity


def explain(error: ValidationError, tree: type[BaseModel]) -> str:
    """The first thing that is wrong in a file that should have been a `tree`."""
    first = error.errors()[0]
    place = [str(part) for part in first["loc"] if part != "[key]"]
    key = ".".join(place)
    if place[-1] in ("severity", "default_severity"):
        return f"{key}: write one of {', '.join(f'{s.label!r}' for s in Severity)}"
    match first["type"]:
        case "extra_forbidden":
            known = list(_known_keys(tree, place[:-1]))
            near = difflib.get_close_matches(place[-1], known, n=1)
            fix = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"
            return f"{key}: unknown key; {fix}"
        case "tuple_type" if len(place) == 1 and list(
            _models(tree.model_fields[place[0]].annotation)
        ):
            return f"{key}: write each as a table that begins with [[{place[0]}]]"
        case "tuple_type":
            return f'{key}: write a list, like ["…"]'
        case "dict_type" | "model_type":
            return f"{key}: write tables, like [{place[0]}.NAME]"
        case "string_pattern_mismatch":
            return f"{key}: a role's key is typed in commands: use a-z, digits, - and _ only"
        case _:
            return f"{key}: {first['msg'].removeprefix('Value error, ')}"


def _known_keys(tree: type[BaseModel], place: Sequence[str]) -> Iterator[str]:
    """What may stand in the table at this place (numbers and free keys lead to its values)."""
    for part in place:
        field = tree.model_fields.get(part)
        if field is not None:
            tree = next(_models(field.annotation), tree)
    yield from tree.model_fields


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models within a type such as `tuple[Route, ...]` or `dict[str, RoleSettings]`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inside in get_args(annotation):
        yield from _models(inside)

"""TOML as text: a value on one line, and a whole file. What is written here is read by tomllib."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, time
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def key(name: str) -> str:
    """A key, in quotes where it needs them."""
    return name if _BARE.fullmatch(name) else _string(name)


def value(what: object) -> str:
    """A value on one line; tables as inline tables."""
    match what:
        case bool():
            return "true" if what else "false"
        case str():
            return _string(what)
        case int() | float():
            return str(what)
        case date() | time():
            return what.isoformat()
        case Mapping():
            inside = ", ".join(f"{key(name)} = {value(v)}" for name, v in what.items())
            return f"{{ {inside} }}" if inside else "{}"
        case Sequence():
            return f"[{', '.join(value(v) for v in what)}]"
        case _:
            raise TypeError(f"TOML has no {type(what).__name__}")


def document(data: Mapping[str, Any]) -> str:
    """A whole file: values first, then a table each for tables and for lists of tables."""
    return "\n".join(_table(data, ())).strip() + "\n"


def _table(data: Mapping[str, Any], place: tuple[str, ...]) -> Iterator[str]:
    tables = {name: v for name, v in data.items() if _has_lines_of_its_own(v)}
    yield from (f"{key(n)} = {value(v)}" for n, v in data.items() if n not in tables)
    for name, inside in tables.items():
        here = (*place, name)
        header = ".".join(map(key, here))
        if isinstance(inside, Mapping):
            if not inside or any(not _has_lines_of_its_own(v) for v in inside.values()):
                yield from ("", f"[{header}]")
            yield from _table(inside, here)
        else:
            for item in inside:
                yield from ("", f"[[{header}]]")
                yield from _table(item, here)


def _has_lines_of_its_own(what: object) -> bool:
    if isinstance(what, Mapping):
        return True
    return (
        isinstance(what, Sequence)
        and not isinstance(what, str)
        and bool(what)
        and all(isinstance(item, Mapping) for item in what)
    )


def _string(text: str) -> str:
    """A basic string; what TOML wants escaped is, DEL and lone surrogates among it."""
    quoted = json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
    return re.sub("[\ud800-\udfff]", "\N{REPLACEMENT CHARACTER}", quoted)

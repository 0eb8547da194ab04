"""docs/reference/configuration.md is made from the code, and every key is documented."""

import re
from pathlib import Path

import pytest

from incident_bot.config import VARIABLES
from incident_bot.config.keys import Key, sections
from incident_bot.config.reference import reference
from incident_bot.config.variables import Variable

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "configuration.md"
KEYS = [(s.name, key) for s in sections() for key in (s.key, *s.keys)]


def test_the_page_is_what_the_code_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference(), "run `make reference`"


@pytest.mark.parametrize(("section", "key"), KEYS, ids=[f"{s}.{k.name}" for s, k in KEYS])
def test_every_key_says_what_it_means(section: str, key: Key) -> None:
    holds_tables = any(s.name == section and s.keys and s.key == key for s in sections())
    assert len(key.description) > 20 and key.description[0].isupper()
    assert key.description.rstrip("`").endswith("."), "a sentence"
    assert holds_tables or key.example is not None
    assert f"| `{key.name}` |" in reference() or key.description in reference()


@pytest.mark.parametrize("variable", VARIABLES, ids=[v.name for v in VARIABLES])
def test_every_variable_says_what_it_means(variable: Variable) -> None:
    assert len(variable.meaning) > 20 and variable.meaning.endswith(".")
    assert f"| `{variable.name}` | {variable.meaning}" in reference()


def test_every_verb_and_severity_is_named() -> None:
    for section in sections():
        for name in section.names:
            assert re.search(rf"`\[?(\w+\.)?{name}\]?`", reference()), f"{section.name}.{name}"


def test_tables_are_whole() -> None:
    """A bar inside a cell would break its row."""
    tables = re.findall(r"(?:^\|.*\n)+", reference(), re.MULTILINE)
    assert len(tables) > 8
    for table in tables:
        assert len({len(re.findall(r"(?<!\\)\|", row)) for row in table.splitlines()}) == 1, table

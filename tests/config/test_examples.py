"""Every piece of configuration in the documents loads, by itself, and validates."""

import re
import tomllib
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from incident_bot.config import policy_from
from incident_bot.config.keys import sections
from incident_bot.config.schema import schema

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
BLOCKS = [
    pytest.param(block, id=f"{page.relative_to(ROOT)}:{n}")
    for page in PAGES
    for n, block in enumerate(
        re.findall(r"^```toml\n(.*?)^```", page.read_text(encoding="utf-8"), re.DOTALL | re.M)
    )
]
VALIDATOR = Draft202012Validator(schema())


def test_the_readme_and_the_reference_show_some() -> None:
    pages = {str(param.id).partition(":")[0] for param in BLOCKS}
    assert {"README.md", "docs/reference/configuration.md"} <= pages


@pytest.mark.parametrize("block", BLOCKS)
def test_what_the_documents_show_loads(block: str) -> None:
    policy_from(block)
    VALIDATOR.validate(tomllib.loads(block))


def test_the_worked_example_has_every_section() -> None:
    whole = max((tomllib.loads(str(param.values[0])) for param in BLOCKS), key=len)
    assert [s.name for s in sections() if s.name not in whole] == []

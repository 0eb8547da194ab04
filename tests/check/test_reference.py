"""docs/reference/check.md explains every check, and none that is not there."""

import re
from pathlib import Path

from incident_bot.check import NAMES, Status

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "check.md"


def rows(heading: str) -> list[list[str]]:
    """The cells of the tables below a heading."""
    below = PAGE.read_text(encoding="utf-8").partition(heading)[2]
    return [
        [cell.strip() for cell in line.strip("| ").split(" | ")]
        for line in below.splitlines()
        if line.startswith("| `")
    ]


def test_every_name_is_documented_and_no_other() -> None:
    documented = [re.sub("`", "", row[0]) for row in rows("## The checks")]
    assert sorted(documented) == sorted(NAMES)
    assert len(set(NAMES)) == len(NAMES)


def test_every_row_says_what_it_proves_and_how_to_mend_it() -> None:
    for row in rows("## The checks"):
        assert len(row) == 3 and all(row), row


def test_every_status_is_documented() -> None:
    documented = {re.sub("`", "", row[0]) for row in rows("Each line is")}
    assert {status.value for status in Status} <= documented

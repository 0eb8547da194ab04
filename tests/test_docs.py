"""What the documents name is there: files, commands, targets of make."""

import re
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from incident_bot.cli import app

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
FILE = re.compile(
    r"`((?:src|tests|docs|migrations|deploy)/[\w./-]+"
    r"|(?:pyproject\.toml|constraints\.txt|manifest\.yml|compose\.yaml|Dockerfile|Makefile))`"
)
# The examples in CONTRIBUTING.md.
INVENTED = {"src/incident_bot/statuspage/", "migrations/versions/NNNN_what.py"}


def commands() -> set[str]:
    """Every command of the command line, `db upgrade` and the like in full."""
    found: set[str] = set()

    def walk(group: object, before: str) -> None:
        for name, command in getattr(group, "commands", {}).items():
            found.add(f"{before}{name}")
            walk(command, f"{before}{name} ")

    walk(typer.main.get_command(app), "")
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text)
    broken = [
        link for link in links if "://" not in link and not (page.parent / link).resolve().exists()
    ]
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_files_that_are_named_exist(page: Path) -> None:
    named = set(FILE.findall(page.read_text(encoding="utf-8"))) - INVENTED
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_that_are_named_exist(page: Path) -> None:
    known = commands()
    assert {"run", "db backup", "config init"} <= known
    # At the beginning of a line or a code span: elsewhere it may be a name, as in kubectl's.
    named = re.findall(
        r"(?:^|`)(?:sudo )?(?:\.venv/bin/)?incident-bot((?: [a-z][a-z-]*)+)",
        page.read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    unknown = [
        words
        for words in sorted({words.strip() for words in named})
        if words.split()[0] not in known and " ".join(words.split()[:2]) not in known
    ]
    assert unknown == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_targets_of_make_that_are_named_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = re.findall(r"(?:`|^)make ([a-z]+)", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert set(named) - targets == set()


@pytest.mark.parametrize("words", sorted(commands()))
def test_every_command_helps(words: str) -> None:
    shown = CliRunner().invoke(app, [*words.split(), "--help"])
    assert shown.exit_code == 0
    assert "Usage" in shown.output
    assert len(shown.output.splitlines()) > 5

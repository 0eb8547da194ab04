"""How every command speaks: one line for what went wrong, JSON for programs, exit codes."""

import json
import unicodedata
from typing import Annotated, NoReturn

import typer

FAILED, WRONG = 1, 2

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for other programs.")]


def stop(sentence: str, code: int) -> NoReturn:
    """One line on standard error, and out with this exit code."""
    typer.echo(f"incident-bot: {sentence}", err=True)
    raise typer.Exit(code)


def print_json(data: object) -> None:
    """JSON for other programs, readable for people; what could steer a terminal is written out."""
    text = json.dumps(data, ensure_ascii=False, indent=2)
    typer.echo("".join(c if c.isprintable() or c == "\n" else json.dumps(c)[1:-1] for c in text))


def printable(text: str) -> str:
    """A title on a terminal: control and direction characters could rewrite the line."""
    hostile = ("Cc", "Cf", "Cs", "Zl", "Zp")
    return "".join(
        "\N{REPLACEMENT CHARACTER}" if unicodedata.category(char) in hostile else char
        for char in text
    )

"""`config …`: write a configuration file, and see what is in force."""

import json
import os
from pathlib import Path
from typing import Annotated

import typer

from incident_bot import config
from incident_bot.cli.output import FAILED, WRONG, AsJson, print_json, stop
from incident_bot.config.in_force import environment_in_force, file_in_force, in_force
from incident_bot.config.reference import reference as reference_page
from incident_bot.config.schema import schema as file_schema
from incident_bot.config.starter import SCHEMA_FILE, starter

app = typer.Typer(help="The configuration file.", no_args_is_help=True)

STANDARD_OUTPUT = Path("-")


@app.command()
def init(
    out: Annotated[
        Path, typer.Option("--out", help="The file to write; - prints it instead.")
    ] = Path(config.DEFAULT_FILE),
    force: Annotated[bool, typer.Option("--force", help="Overwrite a file that is there.")] = False,
) -> None:
    """Write a file with every key, its meaning and its default. It changes nothing as it is."""
    if out == STANDARD_OUTPUT:
        typer.echo(starter(), nl=False)
        return
    _write(out, starter(), force)
    typer.echo(f"Wrote {out}: every key with its default, commented out.")
    if str(out) != config.DEFAULT_FILE:
        typer.echo(f"It is read when INCIDENT_BOT_CONFIG={out.absolute()} is set.")
    beside = out.parent / SCHEMA_FILE
    typer.echo(f"For completion in your editor: incident-bot config schema --out {beside}")


@app.command()
def schema(
    out: Annotated[
        Path, typer.Option("--out", help="The file to write, over an older one; - prints it.")
    ] = STANDARD_OUTPUT,
) -> None:
    """Print the JSON Schema of the configuration file, for editors."""
    text = json.dumps(file_schema(), ensure_ascii=False, indent=2) + "\n"
    if out == STANDARD_OUTPUT:
        typer.echo(text, nl=False)
        return
    _write(out, text, force=True)
    typer.echo(f"Wrote {out}.")


@app.command()
def show(as_json: AsJson = False) -> None:
    """Print what is in force: the file with its defaults filled in; of secrets, if they are set."""
    try:
        if as_json:
            shown = {"environment": environment_in_force(os.environ)}
            print_json({**shown, "file": file_in_force(os.environ)})
        else:
            typer.echo(in_force(os.environ), nl=False)
    except config.ConfigError as error:
        stop(str(error), WRONG)


@app.command(hidden=True)
def reference() -> None:
    """Print docs/reference/configuration.md (`make reference` writes it)."""
    typer.echo(reference_page(), nl=False)


def _write(path: Path, text: str, force: bool) -> None:
    try:
        with path.open("w" if force else "x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        stop(f"{path} is there already: --force overwrites it, --out names another.", FAILED)
    except OSError as error:
        stop(f"{path} cannot be written: {error.strerror or error}. Name another.", FAILED)

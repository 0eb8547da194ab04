"""The command line. Exit codes: 0 good, 1 a failed operation, 2 wrong usage or configuration."""

import gc
import io
import sys
from typing import Annotated

import typer

from incident_bot import __version__
from incident_bot.cli import checking, configuration, database, incidents, running
from incident_bot.cli.output import FAILED

app = typer.Typer(
    help="A PagerDuty alert becomes a war room, a timeline and a postmortem.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for commands in (running.app, incidents.app, checking.app):
    app.add_typer(commands)
app.add_typer(database.app, name="db")
app.add_typer(configuration.app, name="config")


def _version(value: bool) -> None:
    if value:
        typer.echo(f"incident-bot {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """A PagerDuty alert becomes a war room, a timeline and a postmortem."""


COLLECT = (20_000, 20, 20)
"""Python looks for circular garbage after so many new objects. Its own 700 took two thirds of the
time in which a long journal is read, and some of each start: nearly nothing here is circular."""


def main() -> None:
    """The entry point of `incident-bot`."""
    gc.set_threshold(*COLLECT)
    for stream in (sys.stdout, sys.stderr):  # a terminal that cannot show a character gets a ?
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        app()
    except BrokenPipeError:  # `incident-bot timeline INC-1 | head`
        sys.stderr.close()
        sys.exit(FAILED)

"""`check` and `manifest`: prove a configuration, and make the Slack app that it needs."""

import asyncio
import json
import os
import shutil
import sys
from enum import StrEnum
from typing import Annotated

import typer

from incident_bot.cli.output import FAILED, WRONG, AsJson, print_json, printable, stop

app = typer.Typer()

_COLOURS = {"ok": "green", "warn": "yellow", "FAIL": "red", "skip": "bright_black"}


@app.command()
def check(
    as_json: AsJson = False,
    offline: Annotated[
        bool, typer.Option("--offline", help="Ask nobody: look only at what is on this machine.")
    ] = False,
    timeout: Annotated[
        float, typer.Option("--timeout", min=0.1, max=300, help="Seconds to wait for an answer.")
    ] = 10.0,
) -> None:
    """Prove the configuration before it is used: tokens, permissions, names, database, clock.

    It changes nothing, and works before the first start and beside a running bot. Exit code 0: good
    (warnings are good), 1: something to mend, 2: the configuration cannot be loaded.
    """
    from incident_bot.check import check as look  # the other commands start without Slack's SDK

    report = asyncio.run(look(os.environ, offline=offline, seconds=timeout))
    if as_json:
        print_json(report.as_json())
    else:
        width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
        for status, line in report.lines(width):
            typer.echo(_coloured(status, "\n".join(map(printable, line.split("\n")))))
    if not report.loadable:
        raise typer.Exit(WRONG)
    if not report.good:
        raise typer.Exit(FAILED)


def _coloured(status: str | None, line: str) -> str:
    """The status word in its colour, on a terminal that wants one."""
    wanted = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    if status is None or not wanted or os.environ.get("TERM") == "dumb":
        return line
    word = typer.style(status, fg=_COLOURS[status], bold=status == "FAIL" or None)
    return word + line[len(status) :]


class Form(StrEnum):
    """How the manifest is written. Slack takes both."""

    YAML = "yaml"
    JSON = "json"


@app.command()
def manifest(
    url: Annotated[
        str | None,
        typer.Option("--url", help="Where Slack reaches the bot: https://bot.example.com."),
    ] = None,
    socket_mode: Annotated[
        bool, typer.Option("--socket-mode", help="The bot calls Slack: it needs no address.")
    ] = False,
    name: Annotated[str, typer.Option("--name", help="What the app is called.")] = "Incident Bot",
    form: Annotated[Form, typer.Option("--format", help="How it is written.")] = Form.YAML,
) -> None:
    """Print the manifest of the Slack app, to paste at https://api.slack.com/apps."""
    from incident_bot.slack import manifest as slack_app

    if socket_mode and url is not None:
        stop("Give --url (HTTP) or --socket-mode, not both.", WRONG)
    example = url is None and not socket_mode
    to = slack_app.EXAMPLE_URL if example else url
    try:
        made = slack_app.build(to, name=name)
    except slack_app.ManifestError as error:
        stop(str(error), WRONG)
    if form is Form.JSON:
        typer.echo(json.dumps(made, ensure_ascii=False, indent=2))
    else:
        typer.echo(slack_app.as_yaml(made), nl=False)
    if example:
        typer.echo(
            f"incident-bot: {slack_app.EXAMPLE_URL} is only an example: put your own address there "
            "(--url https://…), or use --socket-mode, which needs none.",
            err=True,
        )
    elif to is not None and slack_app.is_only_here(to):
        typer.echo(
            "incident-bot: Slack cannot reach this address: it is for a stand-in on this machine. "
            "For Slack itself use https://…, or --socket-mode.",
            err=True,
        )

"""`run` and `demo`: the bot itself, and the bot on a stage."""

import asyncio
import os
from pathlib import Path
from typing import Annotated

import structlog
import typer

from incident_bot import config, logs
from incident_bot.cli.output import FAILED, WRONG, stop
from incident_bot.store import StoreError, StoreUnavailable

app = typer.Typer()

log = structlog.get_logger(__name__)


@app.command()
def run() -> None:
    """Run the bot until SIGTERM: Socket Mode when SLACK_APP_TOKEN is set, else HTTP mode.

    Settings come from the environment and incident-bot.toml; `incident-bot check` proves them.
    """
    from incident_bot.app import serve  # the other commands start without Bolt and aiohttp

    try:
        logs.set_up(config.log_level(os.environ), config.log_format(os.environ))
        settings = config.load(os.environ)
        logs.hide(settings)
        for sentence in config.misspelt(os.environ):
            log.warning(sentence)
    except config.ConfigError as error:
        stop(str(error), WRONG)
    try:
        code = asyncio.run(serve(settings))
    except StoreError as error:
        stop(str(error), WRONG)
    except StoreUnavailable as error:
        # A file that cannot be opened is a wrong setting; a server may only be away for now.
        is_file = settings.database_url.startswith("sqlite")
        stop(f"{error}. Check DATABASE_URL.", WRONG if is_file else FAILED)
    except OSError as error:
        stop(
            f"Cannot listen on {settings.host}:{settings.port}: {error.strerror or error}. "
            "Set HOST or PORT to something free.",
            WRONG,
        )
    raise typer.Exit(code)


@app.command()
def demo(
    scenario: Annotated[
        Path | None,
        typer.Option(
            "--scenario",
            help="A scenario file (YAML) instead of the sample.",
            exists=True,
            dir_okay=False,
        ),
    ] = None,
    out: Annotated[
        Path, typer.Option("--out", help="Where the postmortem and the timeline are written.")
    ] = Path("incident-bot-demo"),
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave everything running and say how to talk to it.")
    ] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Show the bot's own log.")] = False,
) -> None:
    """Live through a whole incident on this machine: no Slack, no PagerDuty, no settings."""
    from incident_bot.demo import run_demo

    raise typer.Exit(asyncio.run(run_demo(scenario, out, keep, verbose)))

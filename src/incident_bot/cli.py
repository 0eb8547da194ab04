"""The command line. Exit codes: 0 good, 1 a failed operation, 2 wrong usage or configuration."""

import asyncio
import io
import json
import os
import sys
import unicodedata
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import typer

from incident_bot import __version__, config, logs
from incident_bot.domain.entries import Entry
from incident_bot.domain.incident import Incident
from incident_bot.domain.journal import timeline as timeline_of
from incident_bot.domain.policy import Role
from incident_bot.postmortem import write_postmortem, write_timeline
from incident_bot.store import Store, StoreError, StoreUnavailable

app = typer.Typer(
    help="A PagerDuty alert becomes a war room, a timeline and a postmortem.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
db = typer.Typer(help="The database.", no_args_is_help=True)
app.add_typer(db, name="db")

FAILED, WRONG = 1, 2

T = TypeVar("T")

Ref = Annotated[str, typer.Argument(help="The incident, like INC-1.", metavar="REF")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for other programs.")]


@app.command()
def run() -> None:
    """Run the bot (HTTP mode) until SIGTERM. Settings come from the environment; see README."""
    from incident_bot.app import serve  # the other commands start without Bolt and aiohttp

    try:
        logs.set_up(config.log_level(os.environ))
        settings = config.load(os.environ)
    except config.ConfigError as error:
        _stop(str(error), WRONG)
    try:
        asyncio.run(serve(settings))
    except StoreError as error:
        _stop(str(error), WRONG)
    except StoreUnavailable as error:
        # A file that cannot be opened is a wrong setting; a server may only be away for now.
        is_file = settings.database_url.startswith("sqlite")
        _stop(f"{error}. Check DATABASE_URL.", WRONG if is_file else FAILED)
    except OSError as error:
        _stop(
            f"Cannot listen on {settings.host}:{settings.port}: {error.strerror or error}. "
            "Set HOST or PORT to something free.",
            WRONG,
        )


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


@app.command(name="list")
def list_incidents(
    every: Annotated[bool, typer.Option("--all", help="Also what is over.")] = False,
    as_json: AsJson = False,
) -> None:
    """List incidents, newest first. Private ones are left out."""

    async def read(store: Store) -> list[Incident]:
        return await store.incidents(only_open=not every, include_private=False, limit=1000)

    found = _with_store(read)
    if as_json:
        _print_json(
            [
                {
                    "ref": i.ref,
                    "title": i.title,
                    "severity": i.severity.label,
                    "status": i.status.value,
                    "detected": i.detected.isoformat(),
                    "room": i.room.name if i.room else None,
                }
                for i in found
            ]
        )
        return
    for i in found:
        room = f"#{i.room.name}" if i.room else "no room yet"
        typer.echo(
            f"{i.ref:8} {i.severity.label}  {i.status.value:12} "
            f"{i.detected:%Y-%m-%d %H:%M} UTC  {_printable(i.title)}  ({room})"
        )
    if not found:
        typer.echo("No incidents." if every else "No open incidents. All of them: list --all")


@app.command()
def timeline(ref: Ref, as_json: AsJson = False) -> None:
    """Print an incident's timeline as Markdown, in UTC."""
    incident, journal = _load(ref)
    if as_json:
        _print_json(
            [
                {
                    "number": line.number,
                    "occurred_at": line.entry.occurred_at.isoformat(),
                    "recorded_at": line.entry.recorded_at.isoformat(),
                    "actor": line.entry.actor.name,
                    "corrected": line.corrected,
                    **line.entry.body.model_dump(mode="json"),
                }
                for line in timeline_of(journal)
            ]
        )
        return
    typer.echo(write_timeline(incident, journal, _roles()), nl=False)


@app.command()
def export(
    ref: Ref,
    out: Annotated[
        Path | None, typer.Option("--out", help="The file to write; without it, standard output.")
    ] = None,
    form: Annotated[str, typer.Option("--format", help="md (others will follow).")] = "md",
) -> None:
    """Write an incident's postmortem draft."""
    if form != "md":
        _stop(f"--format {form} is not known here: use md.", WRONG)
    incident, journal = _load(ref)
    text = write_postmortem(incident, journal, _roles())
    if out is None:
        typer.echo(text, nl=False)
        return
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        _stop(f"Cannot write {out}: {error.strerror}.", FAILED)
    typer.echo(f"Wrote {out}")


@db.command()
def upgrade() -> None:
    """Make the database, or bring an older one up to date (`run` does it by itself)."""

    async def go(url: str) -> None:
        store = await Store.open(url)
        await store.close()

    _guarded(go(_database_url()))
    typer.echo("The database is up to date.")


@db.command()
def check() -> None:
    """Verify every journal: the chain holds, and the stored state is its fold."""

    async def read(store: Store) -> tuple[int, list[str]]:
        refs = await store.refs()
        verdicts = [await store.verify(ref) for ref in refs]
        return len(refs), [v for v in verdicts if v is not None]

    count, broken = _with_store(read)
    for sentence in broken:
        typer.echo(sentence)
    if broken:
        raise typer.Exit(FAILED)
    typer.echo(f"{count} journals verified.")


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


def _stop(sentence: str, code: int) -> NoReturn:
    typer.echo(f"incident-bot: {sentence}", err=True)
    raise typer.Exit(code)


def _roles() -> tuple[Role, ...]:
    try:
        return config.load_policy(os.environ).roles
    except config.ConfigError as error:
        _stop(str(error), WRONG)


def _database_url() -> str:
    try:
        return config.database_url(os.environ)
    except config.ConfigError as error:
        _stop(str(error), WRONG)


def _guarded(work: Coroutine[Any, Any, T]) -> T:
    try:
        return asyncio.run(work)
    except StoreError as error:
        _stop(str(error), WRONG)
    except StoreUnavailable as error:
        _stop(f"{error}. Check DATABASE_URL.", FAILED)


def _with_store(read: Callable[[Store], Awaitable[T]]) -> T:
    """Read beside a running bot: no lock, no migration, nothing written."""

    async def go(url: str) -> T:
        store = await Store.open_readonly(url)
        try:
            return await read(store)
        finally:
            await store.close()

    return _guarded(go(_database_url()))


def _load(ref: str) -> tuple[Incident, list[Entry]]:
    async def read(store: Store) -> tuple[Incident | None, list[Entry]]:
        name = ref.strip().upper()
        return await store.incident(name), await store.journal(name)

    incident, journal = _with_store(read)
    if incident is None:
        _stop(f"There is no {ref}. See what there is: incident-bot list --all", FAILED)
    return incident, journal


def _print_json(data: object) -> None:
    typer.echo(json.dumps(data, ensure_ascii=False, indent=2))


def _printable(text: str) -> str:
    """A title on a terminal: control and direction characters could rewrite the line."""
    hostile = ("Cc", "Cf", "Cs", "Zl", "Zp")
    return "".join(
        "\N{REPLACEMENT CHARACTER}" if unicodedata.category(char) in hostile else char
        for char in text
    )


def main() -> None:
    """The entry point of `incident-bot`."""
    for stream in (sys.stdout, sys.stderr):  # a terminal that cannot show a character gets a ?
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        app()
    except BrokenPipeError:  # `incident-bot timeline INC-1 | head`
        sys.stderr.close()
        sys.exit(FAILED)


if __name__ == "__main__":
    main()

"""`db …`: the database."""

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from incident_bot.cli.output import FAILED, AsJson, print_json, stop
from incident_bot.cli.reading import database_url, guarded, with_store
from incident_bot.store import Store, backup, migrate

app = typer.Typer(help="The database.", no_args_is_help=True)

_LARGE_PAGES = 20_000  # about 80 MB: from here on somebody wants to see that it goes on


@app.command()
def upgrade() -> None:
    """Make the database, or bring an older one up to date (`run` does it by itself)."""
    before, after = guarded(migrate.upgrade(database_url()))
    if before is None:
        typer.echo(f"The tables were made (version {after}).")
    elif before == after:
        typer.echo(f"The database was up to date (version {after}).")
    else:
        typer.echo(f"The database went from version {before} to {after}.")


@app.command()
def check(as_json: AsJson = False) -> None:
    """Verify every journal: the chain holds, and the stored state is its fold."""

    async def read(store: Store) -> dict[str, str | None]:
        return {ref: await store.verify(ref) for ref in await store.refs()}

    verdicts = with_store(read)
    broken = {ref: verdict for ref, verdict in verdicts.items() if verdict is not None}
    if as_json:
        findings = [{"ref": ref, "message": verdict} for ref, verdict in broken.items()]
        print_json({"journals": len(verdicts), "findings": findings})
    else:
        for verdict in broken.values():
            typer.echo(verdict)
        journals = f"{len(verdicts)} journal{'' if len(verdicts) == 1 else 's'}"
        of_them = f"checked, {len(broken)} of them broken" if broken else "verified"
        typer.echo(f"{journals} {of_them}.")
    if broken:
        raise typer.Exit(FAILED)


@app.command(name="backup")
def back_up(
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", help="The file to write. Default: incident-bot-DATETTIMEZ.db (or .dump) here."
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace the file when it is there already.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Copy a SQLite database while the bot runs; for PostgreSQL, print the commands that do it."""
    url = database_url()

    source = guarded(asyncio.to_thread(backup.sqlite_file, url))
    now = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    if source is not None:
        target = (out or Path(f"incident-bot-{now}.db")).absolute()
        copying = asyncio.to_thread(backup.copy, source, target, force=force, told=_progress)
        try:
            size = guarded(copying)
        except backup.BackupFailed as error:
            stop(str(error), FAILED)
        if as_json:
            print_json({"file": str(target), "bytes": size})
        else:
            typer.echo(f"{target} ({size:,} bytes, checked)")
        return

    commands = backup.postgresql_commands(url, out or Path(f"incident-bot-{now}.dump"))
    if as_json:
        print_json({"backup": commands.backup, "restore": commands.restore})
        return
    # Every line but the command is a comment, so that all of it can be given to a shell.
    typer.echo("# PostgreSQL's own program makes the backup, also while the bot runs. The password")
    typer.echo("# is not in it: set PGPASSWORD, or have it in ~/.pgpass. Use the programs of the")
    typer.echo("# server's own version.")
    typer.echo(commands.backup)
    typer.echo("# To bring it back, with the bot stopped:")
    typer.echo(f"# {commands.restore}")


def _progress(done: int, whole: int) -> None:
    if whole >= _LARGE_PAGES and sys.stderr.isatty():
        typer.echo(f"\r{done * 100 // whole} %", nl=done == whole, err=True)

"""`db …`: the database."""

import typer

from incident_bot.cli.output import FAILED
from incident_bot.cli.reading import database_url, guarded, with_store
from incident_bot.store import Store

app = typer.Typer(help="The database.", no_args_is_help=True)


@app.command()
def upgrade() -> None:
    """Make the database, or bring an older one up to date (`run` does it by itself)."""

    async def go(url: str) -> None:
        store = await Store.open(url)
        await store.close()

    guarded(go(database_url()))
    typer.echo("The database is up to date.")


@app.command()
def check() -> None:
    """Verify every journal: the chain holds, and the stored state is its fold."""

    async def read(store: Store) -> tuple[int, list[str]]:
        refs = await store.refs()
        verdicts = [await store.verify(ref) for ref in refs]
        return len(refs), [v for v in verdicts if v is not None]

    count, broken = with_store(read)
    for sentence in broken:
        typer.echo(sentence)
    if broken:
        raise typer.Exit(FAILED)
    typer.echo(f"{count} journals verified.")

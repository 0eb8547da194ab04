"""`list`, `timeline` and `export`: incidents for people and for other programs."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from incident_bot.cli.enclosing import Write, write_out
from incident_bot.cli.output import FAILED, WRONG, AsJson, print_json, printable, stop
from incident_bot.cli.reading import policy, with_store
from incident_bot.domain.entries import Entry
from incident_bot.domain.incident import Incident
from incident_bot.domain.journal import timeline as timeline_of
from incident_bot.postmortem import write_postmortem, write_timeline
from incident_bot.store import Store

app = typer.Typer()

Ref = Annotated[str, typer.Argument(help="The incident, like INC-1.", metavar="REF")]

Private = Annotated[
    bool, typer.Option("--private", help="Needed for a private incident: mind who can read it.")
]


@app.command(name="list")
def list_incidents(
    every: Annotated[bool, typer.Option("--all", help="Also what is over.")] = False,
    private: Annotated[bool, typer.Option("--private", help="Also the private ones.")] = False,
    as_json: AsJson = False,
) -> None:
    """List incidents, newest first. Private ones are left out unless --private is given."""

    async def read(store: Store) -> list[Incident]:
        return await store.incidents(only_open=not every, include_private=True, limit=1000)

    all_of_them = with_store(read)
    found = [incident for incident in all_of_them if private or not incident.private]
    left_out = len(all_of_them) - len(found)
    if as_json:
        print_json(
            [
                {
                    "ref": i.ref,
                    "title": i.title,
                    "severity": i.severity.label,
                    "status": i.status.value,
                    "private": i.private,
                    "detected": i.detected.isoformat(),
                    "room": i.room.name if i.room else None,
                }
                for i in found
            ]
        )
        return
    team = policy()
    for i in found:
        status = printable(team.status_name(i.status))
        room = f"#{i.room.name}" if i.room else "no room yet"
        mark = "  PRIVATE" if i.private else ""
        typer.echo(
            f"{i.ref:8} {i.severity.label}  {status:12} "
            f"{i.detected:%Y-%m-%d %H:%M} UTC  {printable(i.title)}  ({room}){mark}"
        )
    if not found:
        typer.echo("No incidents." if every else "No open incidents. All of them: list --all")
    if left_out:
        typer.echo(f"{left_out} private not shown. With them: list --private")


Out = Annotated[
    Path | None,
    typer.Option(
        "--out",
        help="The file to write, with the files of messages beside it; else standard output.",
    ),
]


@app.command()
def timeline(ref: Ref, out: Out = None, private: Private = False, as_json: AsJson = False) -> None:
    """Print an incident's timeline as Markdown, in UTC."""
    incident, journal = _load(ref, private=private)
    if as_json:
        print_json(
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
    _put(out, incident, journal, partial(write_timeline, incident, journal, policy()))


@app.command()
def export(
    ref: Ref,
    out: Out = None,
    form: Annotated[str, typer.Option("--format", help="md (others will follow).")] = "md",
    private: Private = False,
) -> None:
    """Write an incident's postmortem draft."""
    if form != "md":
        stop(f"--format {form} is not known here: use md.", WRONG)
    incident, journal = _load(ref, private=private)
    _put(out, incident, journal, partial(write_postmortem, incident, journal, policy()))


def _put(out: Path | None, incident: Incident, journal: list[Entry], write: Write) -> None:
    if out is None:
        typer.echo(write({}), nl=False)
    else:
        write_out(out, incident.ref, journal, write)


def _load(ref: str, *, private: bool) -> tuple[Incident, list[Entry]]:
    async def read(store: Store) -> tuple[Incident | None, list[Entry]]:
        name = ref.strip().upper()
        return await store.incident(name), await store.journal(name)

    incident, journal = with_store(read)
    if incident is None:
        stop(f"There is no {ref}. See what there is: incident-bot list --all", FAILED)
    if incident.private and not private:
        stop(
            f"{incident.ref} is private: what is printed here may be seen by others than those "
            "who were invited to it. If you want it all the same, add --private.",
            FAILED,
        )
    return incident, journal

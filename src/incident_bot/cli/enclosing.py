"""A document written to a file, with the files of messages beside it."""

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import typer

from incident_bot.cli.output import FAILED, stop
from incident_bot.cli.reading import with_store
from incident_bot.domain import entries as e
from incident_bot.domain.journal import in_force
from incident_bot.store import Store

Write = Callable[[Mapping[str, str]], str]
"""The document, given where files lie beside it, by their ids."""

LONGEST = 100
"""Bytes of a name; file systems take 255, and a number may be added."""
_UNSAFE = re.compile(r"[^\w.-]+")
_RESERVED = re.compile(r"(?i)(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)")


def kept_files(journal: Sequence[e.Entry]) -> list[e.FileKept]:
    """The files that are kept of messages on the timeline, in the order of the timeline's numbers,
    each once."""
    lines = in_force(journal)
    wanted = {
        file.file_id
        for line in lines
        if isinstance(line.entry.body, e.Logged) and line.entry.body.message
        for file in line.entry.body.message.files
    }
    kept = (line.entry.body for line in lines if isinstance(line.entry.body, e.FileKept))
    return list({file.file_id: file for file in kept if file.file_id in wanted}.values())


def safe_names(files: Sequence[e.FileKept]) -> dict[str, str]:
    """By a file's id, what it is called in the folder: nothing that leads out of it or that some
    system cannot have, and no two alike on those that know no capital letters."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for file in files:
        safe = _UNSAFE.sub("_", file.name).strip("._ ").encode()[-LONGEST:]
        name = safe.decode(errors="ignore").lstrip("._ ") or "file"
        if _RESERVED.match(name):
            name = f"_{name}"
        stem, dot, suffix = name.rpartition(".")
        number, chosen = 1, name
        while chosen.casefold() in taken:
            number += 1
            chosen = f"{stem or suffix}-{number}{dot + suffix if stem else ''}"
        taken.add(chosen.casefold())
        found[file.file_id] = chosen
    return found


def write_out(out: Path, ref: str, journal: Sequence[e.Entry], write: Write) -> None:
    """Writes the document to `out`, and what it shows into the folder `NAME-files` beside it. One
    file at a time is read from the database."""
    names = safe_names(kept_files(journal))
    folder = out.parent / f"{out.stem}-files"
    missing: set[str] = set()

    async def copy(store: Store) -> None:
        for file_id, name in names.items():
            content = await store.file(ref, file_id)
            if content is None:
                missing.add(file_id)
                continue
            folder.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)

    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        if names:
            with_store(copy)
        paths = {i: f"{folder.name}/{n}" for i, n in names.items() if i not in missing}
        out.write_text(write(paths), encoding="utf-8")
    except OSError as error:
        stop(f"Cannot write {out}: {error.strerror}.", FAILED)
    files = f", and {len(paths)} file{'s' if len(paths) != 1 else ''} in {folder}" if paths else ""
    typer.echo(f"Wrote {out}{files}")

"""Exports with the files of messages beside them."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from incident_bot.cli import app
from incident_bot.cli.enclosing import safe_names
from incident_bot.domain import commands as c, entries as e
from incident_bot.domain.messages import MessageFile, MessageSeen
from incident_bot.domain.people import BOT, Person, by
from incident_bot.domain.policy import Policy
from incident_bot.domain.words import Severity
from incident_bot.service import Service, utc_now
from incident_bot.store import Store

BOB = Person(name="Bob Johnson", handle="bob", slack_id="U2")
PNG = b"\x89PNG\r\n"


def kept(name: str, file_id: str) -> e.FileKept:
    return e.FileKept(file_id=file_id, name=name, mimetype="image/png", size=1, sha256="aa", of=2)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["a.png", "a.png", "A.PNG"], ["a.png", "a-2.png", "A-3.PNG"]),
        (["../../etc/passwd", "..", "/abs/x", "C:\\x\\y.txt"], None),
        (["con.png", ".bashrc", "naïve ☃.png", ""], None),
        (["x" * 300 + ".png"], None),
        (["障害" * 60 + ".png", "é" * 300], None),  # file systems count bytes
        (["log", "log"], ["log", "log-2"]),
    ],
)
def test_no_name_leads_out_of_the_folder(
    names: list[str], expected: list[str] | None, tmp_path: Path
) -> None:
    found = list(safe_names([kept(n, f"F{i}") for i, n in enumerate(names)]).values())
    assert expected is None or found == expected
    assert len({name.casefold() for name in found}) == len(names)
    for name in found:
        assert (tmp_path / name).resolve().parent == tmp_path.resolve()
        assert name and not name.startswith(".") and len(name) <= 120
        (tmp_path / name).write_bytes(b"")


async def a_story(url: str) -> None:
    """A message with an image that was kept, a log that was kept, and one that was not."""
    store = await Store.open(url)
    service = Service(store, Policy())
    declare = c.Declare(actor=by(BOB), title="Checkout is slow", severity=Severity.SEV2)
    assert (await service.handle(declare)).incident is not None
    room = c.RecordRoom(actor=BOT, channel_id="C1", name="inc-1")
    await service.handle(room, ref="INC-1")
    files = tuple(
        MessageFile(file_id=f"F{n}", name=name, mimetype=kind, size=9, url="https://slack.com/x")
        for n, (name, kind) in enumerate(
            [("err (1).png", "image/png"), ("../app.log", "text/plain"), ("big.bin", "x/y")]
        )
    )
    seen = MessageSeen(
        headline="See the graph",
        at=utc_now(),
        author=BOB,
        permalink="https://acme.slack.com/archives/C1/p1",
        files=files,
        pinned_by=(BOB,),
    )
    see = c.SeeMessage(actor=BOT, channel_id="C1", ts="1.1", seen=seen)
    outcome = await service.handle(see, ref="INC-1")
    assert outcome.incident is not None
    number = outcome.incident.last_seq
    for file, content in ((files[0], PNG), (files[1], b"line\n")):
        record = c.RecordFile(actor=BOT, of=number, file=file, sha256="aa", content=content)
        await service.handle(record, ref="INC-1")
    await store.close()


@pytest.mark.parametrize("command", ["timeline", "export"])
async def test_the_files_lie_beside_the_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    url = f"sqlite:///{tmp_path / 'bot.db'}"
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.chdir(tmp_path)
    await a_story(url)
    out = tmp_path / "to" / "my notes #1.md"
    result = await _run(command, "INC-1", "--out", str(out))
    assert result.exit_code == 0, result.output
    assert "2 files" in result.output
    text = out.read_text()
    assert "![err (1).png](my%20notes%20%231-files/err_1_.png)" in text
    assert "[../app.log](my%20notes%20%231-files/app.log)" in text
    assert "[big.bin](https://acme.slack.com/archives/C1/p1) (in Slack)" in text
    folder = tmp_path / "to" / "my notes #1-files"
    assert (folder / "err_1_.png").read_bytes() == PNG
    assert sorted(p.name for p in folder.iterdir()) == ["app.log", "err_1_.png"]
    printed = await _run(command, "INC-1")
    assert "[err (1).png](https://acme.slack.com/archives/C1/p1) (in Slack)" in printed.output


async def _run(*words: str) -> Any:
    return await asyncio.to_thread(CliRunner().invoke, app, list(words))

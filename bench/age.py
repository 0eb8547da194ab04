"""What an old database costs: the same commands beside 10,000 closed incidents and beside none.

The history is one real incident, lived through and resolved, and then copied row by row.
"""

import asyncio
import sqlite3
import time

import asyncpg

from bench.figure import Figure, median
from bench.setting import Setting
from tests.journeys.running import Stage

CLOSED, ENTRIES = 10_000, 100
TURNS = 30
VERBS = (
    "status",
    "log the pool is full",
    "list",
    "timeline",
    "severity 2",
    "severity 3",
    "role ops me",
)
BAR = 1.2

# Each copies the first incident's rows under other numbers; `n` is the new number.
_COPIES = (
    """INSERT INTO entry (ref, seq, kind, occurred_at, recorded_at, actor, body, supersedes, reason,
                          redacted, salt, digest, hash)
       SELECT 'INC-' || n, e.seq, e.kind, e.occurred_at, e.recorded_at, e.actor, e.body,
              e.supersedes, e.reason, e.redacted, e.salt, e.digest, e.hash
       FROM numbers, entry e WHERE e.ref = 'INC-1'""",
    """INSERT INTO job (key, kind, ref, args, lane, urgent, severity, state, attempt, fence, due_at,
                        enqueued_at, worker, error, result)
       SELECT 'INC-' || n || substr(j.key, 6), j.kind, 'INC-' || n, j.args, j.lane, j.urgent,
              j.severity, j.state, j.attempt, j.fence, j.due_at, j.enqueued_at, j.worker, j.error,
              j.result
       FROM numbers, job j WHERE j.ref = 'INC-1'""",
    """INSERT INTO inbox (source, id, main, kind, outcome, ref, received_at, answer, raw)
       SELECT i.source, i.id || '-' || n, i.main || '-' || n, i.kind, i.outcome, 'INC-' || n,
              i.received_at, i.answer, i.raw
       FROM numbers, inbox i WHERE i.ref = 'INC-1'""",
    "INSERT INTO room_name (name, ref) SELECT 'room-' || n, 'INC-' || n FROM numbers",
    "UPDATE counter SET value = {last}",
)
_INCIDENT = """INSERT INTO incident (number, ref, status, severity, private, title, channel_id,
                                     open_group, last_seq, last_hash, state)
       SELECT n, 'INC-' || n, i.status, i.severity, i.private, i.title, 'C-' || n, NULL, i.last_seq,
              i.last_hash, i.state
       FROM numbers, incident i WHERE i.ref = 'INC-1'"""
_NUMBERS = """WITH RECURSIVE numbers(n) AS (
                SELECT 2 UNION ALL SELECT n + 1 FROM numbers WHERE n < {last})"""


def _statements() -> list[str]:
    found = []
    for copy in (_INCIDENT, *_COPIES):
        with_numbers = "FROM numbers" in copy
        numbers = _NUMBERS.format(last=CLOSED) if with_numbers else ""
        into, _, rest = copy.partition("SELECT" if with_numbers else "\0")
        whole = f"{into}{numbers} SELECT{rest}" if with_numbers else copy.format(last=CLOSED)
        found.append(whole)
    return found


async def _grow_old(stage: Stage) -> None:
    """Lives through one incident of `ENTRIES` entries, and copies it while the bot is stopped."""
    await stage.types(stage.alice, "declare The first of many", stage.incidents)
    await stage.until(lambda: stage.rooms, "a room")
    room = stage.rooms[0]
    for number in range(ENTRIES - 10):
        await stage.types(stage.alice, f"log line {number}", room)
    await stage.types(stage.alice, "resolve it is over", room)
    await stage.until(lambda: stage.files("postmortem"), "the draft")
    await stage.bot.stop()
    url = stage.bot.settings["DATABASE_URL"]
    if url.startswith("sqlite"):
        with sqlite3.connect(url.removeprefix("sqlite:///")) as database:
            for statement in _statements():
                database.execute(statement)
            database.execute("ANALYZE")
        database.close()
    else:
        server = await asyncpg.connect(url)
        for statement in _statements():
            await server.execute(statement)
        await server.execute("ANALYZE")
        await server.close()
    await stage.bot.start()


async def _ready(stage: Stage) -> None:
    """An open incident in a room of its own."""
    had = len(stage.rooms)
    await stage.types(stage.bob, "declare Payments are slow", stage.incidents)
    await stage.until(lambda: len(stage.rooms) > had and stage.rooms[-1].pins, "a room")


async def _answered(stage: Stage, verb: str) -> float:
    began = time.perf_counter()
    await stage.types(stage.bob, verb, stage.rooms[-1])
    return time.perf_counter() - began


async def measure(setting: Setting) -> list[Figure]:
    """Both bots run, and take turns."""
    async with setting.stage() as old, setting.stage() as new:
        await _grow_old(old)
        await asyncio.gather(_ready(old), _ready(new))
        waits: dict[str, tuple[list[float], list[float]]] = {v: ([], []) for v in VERBS}
        for turn in range(TURNS + 2):
            for verb, (aged, fresh) in waits.items():
                taken = await _answered(old, verb), await _answered(new, verb)
                if turn >= 2:
                    aged.append(taken[0])
                    fresh.append(taken[1])
            await asyncio.sleep(0.05)  # what the commands asked for outside is done meanwhile
    ratios = {verb: median(aged) / median(fresh) for verb, (aged, fresh) in waits.items()}
    worst = max(ratios, key=lambda verb: ratios[verb])
    old_sum = sum(median(aged) for aged, _ in waits.values())
    new_sum = sum(median(fresh) for _, fresh in waits.values())
    most = f"{worst.split()[0]} {ratios[worst]:.2f} × most"
    return [
        Figure(
            f"{CLOSED:,} closed incidents, {CLOSED * ENTRIES:,} entries",
            f"{old_sum / new_sum:.2f} × an empty one; {most}",
            "1",
            f"{BAR} ×",
            ratios[worst] <= BAR,
            {f"{verb} ratio": ratio for verb, ratio in ratios.items()},
        )
    ]

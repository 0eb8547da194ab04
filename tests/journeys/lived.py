"""Incidents lived through from alert to draft, whatever happens to the bots and their database."""

import asyncio
from collections.abc import Sequence

from incident_bot.standin import Channel
from incident_bot.store.queue import LEASE
from tests.journeys.replicas import Replicas

TAKEN_OVER = LEASE + 15.0
"""Seconds in which another has taken over what a dead one had, tries and back-off included."""


async def lived_through(replicas: Replicas, names: Sequence[str], between: float) -> None:
    """An incident for each of these names of services, one begun every `between` seconds."""
    async with asyncio.TaskGroup() as lives:
        for name in names:
            _ = lives.create_task(_lived(replicas, name))
            await asyncio.sleep(between)


async def _lived(replicas: Replicas, name: str) -> None:
    stage, pagerduty = replicas.stage, replicas.stage.pagerduty
    service = pagerduty.add_service(name, stage.service["escalation_policy"])
    alert = await pagerduty.trigger(
        service, _title(name), assignees=[stage.pd_alice], webhook=False
    )
    data = pagerduty.webhook_data(alert)
    await replicas.webhook(lambda: pagerduty.deliver("incident.triggered", data))
    slug = name.lower().replace(" ", "-") + "-fails"

    def room() -> Channel | None:
        return next((room for room in stage.rooms if room.name.endswith(slug)), None)

    def alice_is_in() -> bool:
        found = room()
        return found is not None and stage.alice.id in found.members

    await replicas.until(alice_is_in, f"a room for {name} with Alice in it", 2 * TAKEN_OVER)
    here = room()
    assert here is not None
    of_room = f"SELECT 1 FROM entry JOIN incident USING (ref) WHERE channel_id = '{here.id}' AND "

    await replicas.webhook(lambda: pagerduty.acknowledge(alert, stage.pd_alice))
    for who, text, recorded in (
        (stage.alice, "role ops @bob", "kind = 'role_assigned' AND body->>'role' = 'ops'"),
        (stage.bob, f"log {_seen(1, name)}", f"body->>'headline' = '{_seen(1, name)}'"),
        (stage.bob, f"log {_seen(2, name)}", f"body->>'headline' = '{_seen(2, name)}'"),
        (stage.alice, "severity sev2", "kind = 'severity_changed'"),
        (stage.alice, f"resolve {name} mended", "body->>'status' = 'resolved'"),
    ):
        await replicas.types(who, text, here, of_room + recorded)


def _title(name: str) -> str:
    return f"{name} fails"


def _seen(number: int, name: str) -> str:
    return f"Seen {number} of {name}"


async def all_is_there_once(replicas: Replicas, names: Sequence[str]) -> None:
    """Every room with everything in it, PagerDuty told, nothing dead, every journal whole."""
    stage, slack, pagerduty = replicas.stage, replicas.stage.slack, replicas.stage.pagerduty
    assert replicas.doubled() == []
    assert len(stage.rooms) == len(stage.incidents.messages) == len(names)
    for room in stage.rooms:
        assert set(room.members) == {slack.bot.id, stage.alice.id, stage.bob.id}
        assert (len(room.pins), len(room.bookmarks)) == (1, 1)
        assert room.topic == "Sev2 · resolved · IC: Alice Smith"
        assert [file.name for file in stage.files("postmortem") if room.id in file.channels]
    alerts = [a for a in pagerduty.incidents.values() if a["title"] in map(_title, names)]
    assert len(alerts) == len(names)
    for alert in alerts:
        assert alert["status"] == "resolved"
        assert len(pagerduty.notes(alert)) == 1
    assert await replicas.rows("SELECT key, error FROM job WHERE state = 'dead'") == []
    said = await replicas.rows("SELECT body->>'headline' AS words FROM entry WHERE kind = 'logged'")
    assert sorted(row["words"] for row in said) == sorted(
        _seen(number, name) for number in (1, 2) for name in names
    )
    code, printed = await stage.bot.cli("db", "check")
    assert (code, printed.split()[0]) == (0, str(len(names))), printed

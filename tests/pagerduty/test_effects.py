"""The PagerDuty jobs: done once, said only when confirmed, and a way forward when not."""

from collections.abc import Mapping
from typing import Any

import pytest

from incident_bot.domain.commands import RecordPagerDuty
from incident_bot.domain.decision import JobKind
from incident_bot.domain.incident import Incident
from incident_bot.domain.people import BOT, Person
from incident_bot.effects import Done, Effect, GiveUp, Handler, Later
from incident_bot.pagerduty.client import PagerDuty
from incident_bot.pagerduty.effects import handlers
from incident_bot.standin import PagerDutyStandIn
from incident_bot.store import Job, KnownPerson
from tests.pagerduty.conftest import BOT_EMAIL

ALICE = Person(name="Alice Smith", handle="alice", slack_id="U0ALICE")


class Known:
    """People who are known, by Slack or PagerDuty id."""

    def __init__(self, *people: KnownPerson) -> None:
        self.people = people

    async def by_slack(self, slack_id: str, handle: str | None = None) -> KnownPerson:
        return next(p for p in self.people if p.slack_id == slack_id)

    async def by_pagerduty(self, pagerduty_id: str, name: str | None = None) -> KnownPerson:
        for person in self.people:
            if person.pagerduty_id == pagerduty_id:
                return person
        raise Later("PagerDuty is away")


def known(**changes: Any) -> KnownPerson:
    return KnownPerson.model_validate(
        {
            "name": "Alice Smith",
            "handle": "alice",
            "slack_id": "U0ALICE",
            "pagerduty_id": "PALICE1",
            "email": "alice@example.com",
            "fetched_at": "2025-10-27T14:00:00Z",
            **changes,
        }
    )


class Bench:
    """One PagerDuty incident, and the jobs for it."""

    def __init__(self, standin: PagerDutyStandIn, incident: Mapping[str, Any]) -> None:
        self.standin = standin
        self.incident = incident
        self.private = False

    def effect(
        self,
        kind: JobKind,
        *,
        again: bool = False,
        by: Person | None = None,
        text: str = "",
        entry: int = 7,
    ) -> Effect:
        args = {
            "alert_id": self.incident["id"],
            "by": by.model_dump(mode="json") if by else None,
            "text": text,
        }
        job = Job(
            id=1,
            key=f"INC-1/pd/{self.incident['id']}/{kind.value}/{entry}",
            kind=kind,
            ref="INC-1",
            args=args,
            lane=f"INC-1/pd/{self.incident['id']}",
            attempt=2 if again else 1,
            fence=1,
            started_before=again,
        )
        return Effect(job, Incident(ref="INC-1", private=self.private), again)

    def confirmed(self, what: Any) -> Done:
        alert_id = self.incident["id"]
        return Done(then=RecordPagerDuty(actor=BOT, alert_id=alert_id, what=what))

    @property
    def made(self) -> list[str]:
        return [call.method for call in self.standin.calls]


@pytest.fixture
async def bench(standin: PagerDutyStandIn) -> Bench:
    standin.add_user("Alice Smith", "alice@example.com")
    service = standin.add_service("Checkout")
    return Bench(standin, await standin.trigger(service, "Disk full", webhook=False))


def the(kind: JobKind, pagerduty: PagerDuty | None, *people: KnownPerson) -> Handler:
    return handlers(pagerduty, Known(*people))[kind]  # type: ignore[arg-type]  # a stub


RESOLVE, ACKNOWLEDGE, NOTE = (
    JobKind.PAGERDUTY_RESOLVE,
    JobKind.PAGERDUTY_ACKNOWLEDGE,
    JobKind.PAGERDUTY_NOTE,
)


async def test_resolves_in_the_name_of_who_did_it(bench: Bench, pagerduty: PagerDuty) -> None:
    done = await the(RESOLVE, pagerduty, known())(bench.effect(RESOLVE, by=ALICE, text="fixed"))
    assert done == bench.confirmed("resolved")
    assert bench.incident["status"] == "resolved"
    [call] = bench.standin.calls
    assert call.headers["From"] == "alice@example.com"
    assert call.args["incident"]["resolution"] == "fixed"


@pytest.mark.parametrize(
    ("by", "person"),
    [
        (None, known()),
        (ALICE, known(pagerduty_id=None)),
        (ALICE, known(email=None)),
        (Person(name="Bob", pagerduty_id="PAWAY"), known()),
        (Person(name="Carol"), known()),
    ],
)
async def test_acts_in_its_own_name_for_people_unknown_to_pagerduty(
    bench: Bench, pagerduty: PagerDuty, by: Person | None, person: KnownPerson
) -> None:
    await the(RESOLVE, pagerduty, person)(bench.effect(RESOLVE, by=by))
    assert [c.headers["From"] for c in bench.standin.calls] == [BOT_EMAIL]


async def test_acts_in_its_own_name_when_pagerduty_refuses_the_person(
    bench: Bench, pagerduty: PagerDuty
) -> None:
    gone = known(email="gone@example.com")
    done = await the(NOTE, pagerduty, gone)(bench.effect(NOTE, by=ALICE, text="we see it"))
    assert done == bench.confirmed("note")
    senders = [c.headers["From"] for c in bench.standin.calls]
    assert senders == ["gone@example.com", BOT_EMAIL]
    assert len(bench.standin.notes(bench.incident["id"])) == 1


async def test_resolved_already_counts_as_done(bench: Bench, pagerduty: PagerDuty) -> None:
    await bench.standin.change(bench.incident["id"], status="resolved", webhook=False)
    done = await the(RESOLVE, pagerduty, known())(bench.effect(RESOLVE, by=ALICE))
    assert done == bench.confirmed("resolved")
    assert bench.made == ["PUT /incidents/{id}"]


async def test_a_lost_answer_to_resolve_is_looked_up(bench: Bench, pagerduty: PagerDuty) -> None:
    resolve = the(RESOLVE, pagerduty)
    bench.standin.faults.add("PUT /incidents/{id}", drop="after")
    with pytest.raises(Later):
        await resolve(bench.effect(RESOLVE))
    assert await resolve(bench.effect(RESOLVE, again=True)) == bench.confirmed("resolved")
    assert bench.made == ["PUT /incidents/{id}", "GET /incidents/{id}"]


async def test_what_never_arrived_is_sent_again(bench: Bench, pagerduty: PagerDuty) -> None:
    resolve = the(RESOLVE, pagerduty)
    bench.standin.faults.add("PUT /incidents/{id}", status=500)
    with pytest.raises(Later):
        await resolve(bench.effect(RESOLVE))
    assert await resolve(bench.effect(RESOLVE, again=True)) == bench.confirmed("resolved")
    assert bench.incident["status"] == "resolved"


async def test_acknowledges(bench: Bench, pagerduty: PagerDuty) -> None:
    done = await the(ACKNOWLEDGE, pagerduty, known())(bench.effect(ACKNOWLEDGE, by=ALICE))
    assert done == bench.confirmed("acknowledged")
    assert bench.incident["status"] == "acknowledged"


async def test_does_not_acknowledge_twice(bench: Bench, pagerduty: PagerDuty) -> None:
    await bench.standin.change(bench.incident["id"], status="acknowledged", webhook=False)
    done = await the(ACKNOWLEDGE, pagerduty)(bench.effect(ACKNOWLEDGE))
    assert done == bench.confirmed("acknowledged")
    assert bench.made == ["GET /incidents/{id}"]


async def test_never_reopens_a_resolved_incident_by_acknowledging(
    bench: Bench, pagerduty: PagerDuty
) -> None:
    await bench.standin.change(bench.incident["id"], status="resolved", webhook=False)
    done = await the(ACKNOWLEDGE, pagerduty)(bench.effect(ACKNOWLEDGE))
    assert done == Done(result={"status": "resolved"})
    assert bench.incident["status"] == "resolved"


async def test_a_note_whose_answer_was_lost_is_written_once(
    bench: Bench, pagerduty: PagerDuty
) -> None:
    note = the(NOTE, pagerduty)
    bench.standin.faults.add("POST /incidents/{id}/notes", drop="after")
    with pytest.raises(Later):
        await note(bench.effect(NOTE, text=" we see it "))
    done = await note(bench.effect(NOTE, text=" we see it ", again=True))
    assert done == bench.confirmed("note")
    assert len(bench.standin.notes(bench.incident["id"])) == 1


async def test_a_note_that_was_dropped_on_the_way_is_written(
    bench: Bench, pagerduty: PagerDuty
) -> None:
    note = the(NOTE, pagerduty)
    bench.standin.faults.add("POST /incidents/{id}/notes", drop="before")
    with pytest.raises(Later):
        await note(bench.effect(NOTE, text="we see it"))
    await note(bench.effect(NOTE, text="we see it", again=True))
    assert len(bench.standin.notes(bench.incident["id"])) == 1


async def test_the_same_words_again_are_a_note_of_their_own(
    bench: Bench, pagerduty: PagerDuty
) -> None:
    """Resolved, reopened and resolved with the same words, and killed before the second note."""
    note = the(NOTE, pagerduty)
    await note(bench.effect(NOTE, text="rolled back", entry=7))
    await note(bench.effect(NOTE, text="rolled back", entry=12, again=True))
    await note(bench.effect(NOTE, text="rolled back", entry=12, again=True))
    written = [n["content"] for n in bench.standin.notes(bench.incident["id"])]
    assert written == ["rolled back (#7)", "rolled back (#12)"]


async def test_a_note_that_is_too_long_is_known_again(bench: Bench, pagerduty: PagerDuty) -> None:
    """It is cut before its mark; PagerDuty may keep other spaces than it was sent."""
    note = the(NOTE, pagerduty)
    await note(bench.effect(NOTE, text="long  words\n" * 3_000))
    [written] = bench.standin.notes(bench.incident["id"])
    assert len(written["content"]) == 20_000 and written["content"].endswith(" (#7)")
    written["content"] = " ".join(written["content"].split())
    await note(bench.effect(NOTE, text="long  words\n" * 3_000, again=True))
    assert len(bench.standin.notes(bench.incident["id"])) == 1


async def test_rate_limits_pause_the_job(bench: Bench, pagerduty: PagerDuty) -> None:
    note = the(NOTE, pagerduty)
    bench.standin.faults.add("POST /incidents/{id}/notes", status=429, retry_after=2, times=2)
    for _ in range(2):
        with pytest.raises(Later) as later:
            await note(bench.effect(NOTE, text="we see it"))
        assert later.value.paused and later.value.seconds == 2
    await note(bench.effect(NOTE, text="we see it"))
    assert len(bench.standin.notes(bench.incident["id"])) == 1


async def test_nothing_of_a_private_incident_is_written_there(
    bench: Bench, pagerduty: PagerDuty
) -> None:
    bench.private = True
    with pytest.raises(GiveUp, match="private"):
        await the(NOTE, pagerduty)(bench.effect(NOTE, text="a secret"))
    assert bench.made == []
    await the(RESOLVE, pagerduty)(bench.effect(RESOLVE, text="a secret"))
    assert "secret" not in str([c.args for c in bench.standin.calls])
    assert bench.incident["status"] == "resolved"


@pytest.mark.parametrize("kind", [RESOLVE, ACKNOWLEDGE, NOTE])
async def test_a_refusal_says_why_and_what_to_do(
    bench: Bench, pagerduty: PagerDuty, kind: JobKind
) -> None:
    for method in ("PUT /incidents/{id}", "POST /incidents/{id}/notes"):
        bench.standin.faults.add(method, error="Account Is On Fire", times=None)
    with pytest.raises(GiveUp, match=r"Account Is On Fire\. Please .* by hand\.$"):
        await the(kind, pagerduty, known())(bench.effect(kind, by=ALICE, text="x"))


@pytest.mark.parametrize("kind", [RESOLVE, ACKNOWLEDGE, NOTE])
async def test_an_incident_that_pagerduty_does_not_know(
    bench: Bench, pagerduty: PagerDuty, kind: JobKind
) -> None:
    bench.incident = {"id": "PGONE"}
    for again in (False, True):
        with pytest.raises(GiveUp, match="does not know its incident PGONE"):
            await the(kind, pagerduty)(bench.effect(kind, text="x", again=again))


async def test_an_incident_that_may_not_be_read_is_resolved_all_the_same(
    bench: Bench, pagerduty: PagerDuty
) -> None:
    """PagerDuty says 404, too, for what a token may not see; the write's own answer decides."""
    bench.standin.faults.add("GET /incidents/{id}", status=404, times=None)
    done = await the(RESOLVE, pagerduty)(bench.effect(RESOLVE, again=True))
    assert isinstance(done.then, RecordPagerDuty)
    assert bench.incident["status"] == "resolved"


async def test_a_bad_token_is_named(bench: Bench, pagerduty: PagerDuty) -> None:
    bench.standin.faults.add(status=401)
    with pytest.raises(GiveUp, match="PAGERDUTY_API_TOKEN"):
        await the(RESOLVE, pagerduty, known())(bench.effect(RESOLVE, by=ALICE))
    assert len(bench.standin.calls) == 1


@pytest.mark.parametrize("kind", [RESOLVE, ACKNOWLEDGE, NOTE])
async def test_without_a_token_people_are_told_what_to_set(bench: Bench, kind: JobKind) -> None:
    with pytest.raises(GiveUp, match=r"PagerDuty was not told.*PAGERDUTY_API_TOKEN.*by hand\.$"):
        await the(kind, None)(bench.effect(kind))

"""Commands that only read: timeline, help, and a verb alone."""

from datetime import UTC, datetime, timedelta

import pytest

from incident_bot.domain import commands as c, entries as e
from incident_bot.domain.levels import DEFAULT_LEVELS, StatusName
from incident_bot.domain.people import PAGERDUTY, Person
from incident_bot.domain.policy import DEFAULT_ROLES, Policy, Role
from incident_bot.domain.words import Milestone, Severity, Status
from incident_bot.slack.listeners import VERBS
from tests.slack.desk_kit import ELSEWHERE, ROOM, FakeService, incident, make_app, type_in

AT = datetime(2025, 10, 27, 14, 20, tzinfo=UTC)
ALICE = Person(name="Alice", handle="alice", slack_id="U1")


@pytest.fixture
def service() -> FakeService:
    return FakeService(incident())


def journal_of(count: int) -> list[e.Entry]:
    opened = e.Opened(title="Checkout <fails>", severity=Severity.SEV2)
    bodies: list[e.Body] = [opened, *(e.Logged(headline=f"line {n}") for n in range(2, count + 1))]
    return [
        e.Entry(seq=n, occurred_at=AT, recorded_at=AT, actor=PAGERDUTY, body=body)
        for n, body in enumerate(bodies, start=1)
    ]


async def test_the_timeline_comes_in_pages_with_the_numbers_to_edit_by(
    service: FakeService,
) -> None:
    service.store.journals["INC-1"] = journal_of(45)
    app = make_app(service)
    newest = str((await type_in(app, "timeline")).body["blocks"])
    assert "page 3 of 3" in newest
    assert "*#45*" in newest
    assert "*#40*" not in newest
    assert "/incident edit 45" in newest
    first = await type_in(app, "timeline 1")
    assert not first.public
    assert "Checkout &lt;fails&gt;" in str(first.body["blocks"])
    assert "timeline 2" in str(first.body["blocks"])
    assert "page 3 of 3" in (await type_in(app, "timeline 99")).text


async def test_a_timeline_of_long_lines_keeps_slacks_limits(service: FakeService) -> None:
    service.store.journals["INC-1"] = [
        entry.model_copy(update={"body": e.Logged(headline="<&>" * 900)})
        for entry in journal_of(20)
    ]
    body = (await type_in(make_app(service), "timeline")).body
    texts = [block["text"]["text"] for block in body["blocks"] if "text" in block]
    assert all(len(text) <= 3000 for text in texts)
    assert sum(map(len, texts)) <= 13_000
    assert len(texts) <= 50


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("role", "Incident Commander: <@U1> (`ic`)"),
        ("role", "Operations lead: nobody yet – `/incident role ops me`"),
        ("severity", "*Sev3*"),
        ("severity", "• *Sev1* – Critical: many customers affected, public notice _(an update"),
        ("severity", "• *Sev5* – Cosmetic\n"),
        ("status", "• detected: <!date^"),
        ("action", "No action items yet"),
        ("INC-1", "• detected: <!date^"),
    ],
)
async def test_a_verb_alone_shows_how_it_stands(text: str, says: str) -> None:
    service = FakeService(incident(roles={"ic": ALICE}, times={"detected": AT}))
    answered = await type_in(make_app(service), text)
    assert says in answered.text
    assert not answered.public
    assert service.handled == []


OWN = Policy(
    roles=(*DEFAULT_ROLES, Role(key="scribe", name="Scribe <1>", short="Scribe")),
    severities=tuple(
        level.model_copy(
            update={"description": f"<{level.severity}>", "update_every": timedelta(hours=2)}
        )
        for level in DEFAULT_LEVELS
    ),
    statuses=(
        StatusName(status=Status.OPEN, name="open"),
        StatusName(status=Status.ACKNOWLEDGED, name="investigating", also=("looking",)),
        StatusName(status=Status.MITIGATED, name="under control", also=("stable",)),
        StatusName(status=Status.RESOLVED, name="resolved"),
        StatusName(status=Status.CANCELLED, name="cancelled"),
    ),
)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("severity", "• *Sev2* – &lt;2&gt; _(an update every 2 hours)_"),
        ("help severity", "• *Sev4* – &lt;4&gt; _(an update every 2 hours)_"),
        ("help sev", "• *Sev1* – &lt;1&gt;"),
        ("role", "Scribe &lt;1&gt;: nobody yet – `/incident role scribe me`"),
        ("help role", "• Scribe &lt;1&gt; (`scribe`)"),
        ("help role", "• Incident Commander (`ic`)"),
        ("help status", "• investigating (also `acknowledged`, `looking`)"),
        ("help status", "• resolved\n"),
        ("status", "*INC-1* · Sev3 · under control · Checkout fails"),
        ("status", "• under control: <!date^"),
        ("status", "• detected: <!date^"),
        ("status", "Next update due <!date^"),
        ("list", "*INC-1* · Sev3 · under control · Checkout fails"),
        ("timeline", "Status under control: Failed over"),
    ],
)
async def test_what_a_team_decided_is_shown(text: str, says: str) -> None:
    at = {Milestone.DETECTED: AT, Milestone.MITIGATED: AT}
    service = FakeService(incident(status=Status.MITIGATED, times=at))
    service.policy = OWN
    body = e.StatusChanged(status=Status.MITIGATED, text="Failed over")
    mitigated = e.Entry(seq=1, occurred_at=AT, recorded_at=AT, actor=PAGERDUTY, body=body)
    service.store.journals["INC-1"] = [mitigated]
    answered = await type_in(make_app(service), text)
    assert says in answered.text
    assert service.handled == []


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("status looking", c.ChangeStatus(actor=PAGERDUTY, status=Status.ACKNOWLEDGED)),
        (
            "status Under  Control at 14:20 Failed over",
            c.ChangeStatus(actor=PAGERDUTY, at=AT, status=Status.MITIGATED, text="Failed over"),
        ),
        ("status mitigated", c.ChangeStatus(actor=PAGERDUTY, status=Status.MITIGATED)),
    ],
)
async def test_a_teams_own_words_are_understood(text: str, command: c.Command) -> None:
    service = FakeService(incident())
    service.policy = OWN
    await type_in(make_app(service), text)
    (handled,) = service.handled
    assert handled.command.model_copy(update={"actor": PAGERDUTY}) == command


@pytest.mark.parametrize("channel", [ROOM, ELSEWHERE])
@pytest.mark.parametrize("text", ["stable", "looking at the pool", "investigating the pool now"])
async def test_a_teams_own_word_without_its_verb_is_guessed(text: str, channel: str) -> None:
    """And opens no second incident where three words would."""
    service = FakeService(incident())
    service.policy = OWN
    answered = await type_in(make_app(service), text, channel)
    assert f"Did you mean `/incident status {text}`?" in answered.text
    assert service.handled == []


async def test_a_status_of_several_words_opens_no_second_incident() -> None:
    service = FakeService(incident())
    service.policy = OWN
    answered = await type_in(make_app(service), "under control since 14:20", ELSEWHERE)
    assert "Did you mean `/incident status under control since 14:20`?" in answered.text
    assert service.handled == []


@pytest.mark.parametrize("text", ["help", "?", "hel", "help frobnicate"])
async def test_help_names_every_verb_once_and_fits_on_a_phone(
    service: FakeService, text: str
) -> None:
    answered = await type_in(make_app(service), text, ELSEWHERE)
    assert not answered.public
    for verb in VERBS:
        assert answered.text.count(f"`{verb}`") == 1, verb
    assert len(answered.text.splitlines()) <= 26
    assert "`/incident declare sev2 Checkout returns errors`" in answered.text


@pytest.mark.parametrize("text", ["help impact", "help impcat", "help imp"])
async def test_help_shows_all_forms_of_one_verb(service: FakeService, text: str) -> None:
    answered = await type_in(make_app(service), text)
    assert "/incident impact metric NAME" in answered.text
    assert "Example:" in answered.text

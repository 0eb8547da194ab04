"""Commands that only read: timeline, help, and a verb alone."""

from datetime import UTC, datetime

import pytest

from incident_bot.domain import entries as e
from incident_bot.domain.people import PAGERDUTY, Person
from incident_bot.domain.words import Severity
from tests.slack.desk_kit import ELSEWHERE, FakeService, incident, make_app, type_in

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
    texts = [block["text"]["text"] for block in body["blocks"]]
    assert all(len(text) <= 3000 for text in texts)
    assert sum(map(len, texts)) <= 13_000
    assert len(texts) <= 50


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("role", "Incident Commander: <@U1>"),
        ("severity", "*Sev3*"),
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


@pytest.mark.parametrize("text", ["", "help", "?", "help frobnicate"])
async def test_help_shows_every_verb(service: FakeService, text: str) -> None:
    answered = await type_in(make_app(service), text, ELSEWHERE)
    assert not answered.public
    for verb in ("declare", "log", "resolve", "help"):
        assert f"`{verb} " in str(answered.body["blocks"])


@pytest.mark.parametrize("text", ["help impact", "help impcat"])
async def test_help_shows_all_forms_of_one_verb(service: FakeService, text: str) -> None:
    answered = await type_in(make_app(service), text)
    assert "/incident impact metric NAME" in answered.text
    assert "Example:" in answered.text

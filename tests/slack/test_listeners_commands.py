"""Commands over Bolt, signed, against a pretended service."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from structlog.testing import capture_logs

from incident_bot.domain import commands as c
from incident_bot.domain.decision import Refusal, Reply
from incident_bot.domain.people import PAGERDUTY, Person
from incident_bot.domain.words import ImpactArea, Milestone, NoteKind, Severity, Status
from incident_bot.service import Unavailable, Unsure
from incident_bot.store import StoreUnavailable
from tests.slack.desk_kit import (
    ELSEWHERE,
    ROOM,
    FakePeople,
    FakeService,
    incident,
    make_app,
    type_in,
)

AT = datetime(2025, 10, 27, 14, 20, tzinfo=UTC)
ALICE = Person(name="Alice", handle="alice", slack_id="U1")


@pytest.fixture
def service() -> FakeService:
    return FakeService(incident())


@pytest.mark.parametrize(
    ("text", "command"),
    [
        (
            "log 14:20 Pool is full\nd",
            c.LogEntry(actor=PAGERDUTY, at=AT, headline="Pool is full", details="d"),
        ),
        (
            "edit 3 14:20 New --why typo",
            c.Edit(actor=PAGERDUTY, at=AT, number=3, headline="New", reason="typo"),
        ),
        ("edit 3 --retract twice", c.Retract(actor=PAGERDUTY, number=3, reason="twice")),
        ("redact 3 password", c.Redact(actor=PAGERDUTY, number=3, reason="password")),
        (
            "role ic",
            c.AssignRole(actor=PAGERDUTY, role="ic", holder=ALICE, only_if_free=True),
        ),
        ("role ic me", c.AssignRole(actor=PAGERDUTY, role="ic", holder=ALICE)),
        (
            "role ops <@U2|bob>",
            c.AssignRole(
                actor=PAGERDUTY, role="ops", holder=Person(name="Bob", handle="bob", slack_id="U2")
            ),
        ),
        ("role ic none", c.AssignRole(actor=PAGERDUTY, role="ic", holder=None)),
        ("sev sev1 worse", c.ChangeSeverity(actor=PAGERDUTY, severity=Severity.SEV1, text="worse")),
        (
            "status mitigated at 14:20 Failed over",
            c.ChangeStatus(actor=PAGERDUTY, at=AT, status=Status.MITIGATED, text="Failed over"),
        ),
        ("status resolved", c.Resolve(actor=PAGERDUTY)),
        ("status open again", c.Reopen(actor=PAGERDUTY, text="again")),
        ("resolve Rolled back", c.Resolve(actor=PAGERDUTY, text="Rolled back")),
        ("reopen It is back", c.Reopen(actor=PAGERDUTY, text="It is back")),
        ("cancel a test", c.Cancel(actor=PAGERDUTY, text="a test")),
        ("update Falling", c.PostUpdate(actor=PAGERDUTY, text="Falling")),
        (
            "action Fix it @sre",
            c.AddAction(actor=PAGERDUTY, text="Fix it", owner=Person(name="sre", handle="sre")),
        ),
        (
            "impact start 14:20",
            c.SetMilestone(actor=PAGERDUTY, at=AT, milestone=Milestone.IMPACT_STARTED),
        ),
        (
            "impact Users: 3",
            c.StateImpact(actor=PAGERDUTY, area=ImpactArea.USER, name="Users", value="3"),
        ),
        (
            "impact metric p99 | 1 | 2",
            c.StateMetric(actor=PAGERDUTY, name="p99", baseline="1", during="2"),
        ),
        ("note well fast", c.AddNote(actor=PAGERDUTY, note=NoteKind.WELL, headline="fast")),
        ("why No limit", c.StateWhy(actor=PAGERDUTY, part="why", text="No limit")),
        ("approve as CTO", c.Approve(actor=PAGERDUTY, title="CTO")),
        ("export timeline", c.Export(actor=PAGERDUTY, document="timeline")),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_each_verb_becomes_its_command(
    service: FakeService, text: str, command: c.Command
) -> None:
    answered = await type_in(make_app(service), text)
    (handled,) = service.handled
    assert handled.command.actor.person == ALICE
    assert handled.command.model_copy(update={"actor": PAGERDUTY}) == command
    assert handled.ref == "INC-1"
    assert handled.delivery is not None
    assert (handled.delivery.source, handled.delivery.id) == ("slack", "1.2.3")
    assert answered.public
    assert answered.body["blocks"][0]["type"] == "section"


async def test_declaring_works_anywhere_and_is_answered_to_the_person_alone(
    service: FakeService,
) -> None:
    answered = await type_in(make_app(service), "declare --private sev2 Leak")
    (handled,) = service.handled
    assert isinstance(handled.command, c.Declare)
    assert (handled.command.severity, handled.command.private) == (Severity.SEV2, True)
    assert handled.ref is None
    assert not answered.public


async def test_a_time_is_the_persons_own_and_the_answer_names_the_date(
    service: FakeService,
) -> None:
    app = make_app(service, FakePeople("Europe/Berlin"))
    answered = await type_in(app, "log 15:20 Pool")
    assert service.commands[0].at == AT
    assert "2025-10-27 14:20 UTC>" in answered.text


async def test_the_same_delivery_again_gets_the_same_answer(service: FakeService) -> None:
    service.repeated = True
    service.script = lambda command: Reply(("Logged #4",))
    assert (await type_in(make_app(service), "log Pool")).text == "Logged #4"
    service.script = lambda command: None
    assert (await type_in(make_app(service), "log Pool")).text == "That was recorded already."


async def test_several_figures_are_one_delivery(service: FakeService) -> None:
    answered = await type_in(make_app(service), "impact A: 1\nsystem B: 2\nC: 3")
    assert [h.delivery.id for h in service.handled if h.delivery] == ["1.2.3"] * 3
    assert answered.text.count("StateImpact done") == 3
    assert answered.public


async def test_when_the_second_figure_is_refused_nothing_is_recorded(service: FakeService) -> None:
    def script(command: c.Command) -> Reply | Exception:
        failing = isinstance(command, c.StateImpact) and command.name == "B"
        return Refusal("B is not known.") if failing else Reply(("Impact #4",))

    service.script = script
    answered = await type_in(make_app(service), "impact A: 1\nB: 2\nC: 3")
    assert answered.text == "B is not known."
    assert service.handled == []
    assert not answered.public


# --- help behind a verb


@pytest.mark.parametrize(
    "text",
    [
        "resolve --help",
        "resolve help",
        "cancel ?",
        "log —help",
        "INC-1 declare -h",
        "log INC-1 help",
    ],
)
async def test_who_asks_for_help_behind_a_verb_changes_nothing(
    service: FakeService, text: str
) -> None:
    answered = await type_in(make_app(service), text)
    assert service.handled == []
    assert "Example: `/incident " in answered.text
    assert not answered.public


# --- what goes wrong


@pytest.mark.parametrize("error", [Unavailable("x"), StoreUnavailable("x")])
async def test_a_store_that_is_away_is_told_to_the_person(
    service: FakeService, error: Exception
) -> None:
    service.script = lambda command: error
    answered = await type_in(make_app(service), "log Pool")
    assert answered.text == "Not recorded, try again."
    assert not answered.public


async def test_what_may_be_recorded_is_not_called_unrecorded(service: FakeService) -> None:
    """Typed again without a look, it would stand there twice."""
    service.script = lambda command: Unsure("the database did not answer the commit")
    answered = await type_in(make_app(service), "log Pool")
    assert "may be recorded or not" in answered.text and "timeline" in answered.text
    assert not answered.public


async def test_a_service_that_takes_too_long_is_given_up_before_slack_does(
    service: FakeService,
) -> None:
    service.script = lambda command: 60.0
    answered = await type_in(make_app(service, deadline=0.05), "log Pool")
    assert answered.text == "Not recorded, try again."
    assert service.handled == []


async def test_a_refusal_is_for_the_person_alone(service: FakeService) -> None:
    service.script = lambda command: Refusal("Already held by ", ALICE, " since ", AT)
    answered = await type_in(make_app(service), "role ic")
    assert "Already held by <@U1> since <!date^" in answered.text
    assert not answered.public


async def test_a_bug_is_one_calm_sentence_and_a_line_in_the_log_without_the_text(
    service: FakeService,
) -> None:
    service.script = lambda command: RuntimeError("secret: hunter2")
    with capture_logs() as logged:
        answered = await type_in(make_app(service), "log the password is hunter2")
    assert "it is the bot's fault" in answered.text
    assert "Traceback" not in str(answered.body)
    failed = [entry["error"] for entry in logged if entry["log_level"] == "error"]
    assert failed == ["RuntimeError"]
    assert "hunter2" not in str(logged)


async def test_texts_that_a_command_cannot_hold_are_refused(service: FakeService) -> None:
    answered = await type_in(make_app(service), "log " + "x" * 3001)
    assert "3,000" in answered.text
    assert service.handled == []


@pytest.mark.parametrize(
    "text",
    [
        "log &lt;!channel&gt; &lt;@U999&gt; &lt;https://evil|bank&gt; @here",
        "frob &lt;!channel&gt; &lt;@U999&gt;",
        "role &lt;!channel&gt; &lt;@U999&gt;",
        "&lt;!channel&gt; &lt;@U999&gt; x",
        "log 25:99 &lt;!channel&gt;",
        "severity &lt;!channel&gt;",
    ],
)
@pytest.mark.parametrize("channel", [ROOM, ELSEWHERE])
async def test_nobody_is_called_by_what_somebody_typed(
    service: FakeService, text: str, channel: str
) -> None:
    service.script = lambda command: Reply((str(getattr(command, "headline", "x")),))
    for prefix in ("", "INC-1 ", "x "):
        answered = await type_in(make_app(service), prefix + text, channel)
        for shown in _mrkdwn(answered.body):
            assert "<!channel" not in shown
            assert "<@U999" not in shown
            assert "<https://evil" not in shown
            assert "@here" not in shown


def _mrkdwn(body: dict[str, object]) -> Iterator[str]:
    """Every text that Slack would read as mrkdwn; plain_text and values are shown as they are."""
    yield str(body["text"])
    blocks = body.get("blocks")
    assert isinstance(blocks, list)
    for block in blocks:
        if block["type"] == "section":
            yield str(block["text"]["text"])
        else:
            assert block["type"] == "actions"
            assert all(element["text"]["type"] == "plain_text" for element in block["elements"])

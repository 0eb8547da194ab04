"""A team's own severities and statuses, in what the bot decides and says."""

import pytest

from incident_bot.domain import commands as c
from incident_bot.domain.decision import Refusal, plain
from incident_bot.domain.levels import DEFAULT_LEVELS, StatusName
from incident_bot.domain.people import by
from incident_bot.domain.policy import Policy, Route
from incident_bot.domain.words import Severity, Status
from tests.domain.world import ALICE, World, alert, alerted, at

NAMES = {
    Status.OPEN: "new",
    Status.ACKNOWLEDGED: "investigating",
    Status.MITIGATED: "under control",
    Status.RESOLVED: "done",
    Status.CANCELLED: "void",
}
OWN = Policy(statuses=tuple(StatusName(status=s, name=n) for s, n in NAMES.items()))


def levels(**priorities: tuple[str, ...]) -> Policy:
    """`sev1=("Blocker",)`: what each severity is called in PagerDuty; the others none."""
    return Policy(
        severities=tuple(
            level.model_copy(
                update={"priorities": priorities.get(level.severity.label.lower(), ())}
            )
            for level in DEFAULT_LEVELS
        )
    )


@pytest.mark.parametrize(
    ("priority", "severity"),
    [
        ("Blocker", Severity.SEV1),
        ("blocker ", Severity.SEV1),
        ("MAJOR", Severity.SEV2),
        ("Both", Severity.SEV2),
        ("P1", Severity.SEV3),
        ("", Severity.SEV3),
        (None, Severity.SEV3),
    ],
)
def test_priorities_mean_what_the_team_says(priority: str | None, severity: Severity) -> None:
    world = World(levels(sev1=("Blocker",), sev2=("Major", "both"), sev4=("Both",)))
    world.handle(c.AlertTriggers(alert=alert(priority=priority)))
    assert world.incident.severity is severity


def test_the_order_of_the_configuration_does_not_matter() -> None:
    policy = levels(sev2=("x",), sev4=("X",))
    turned = policy.model_copy(update={"severities": policy.severities[::-1]})
    assert turned.severity_of("x") is policy.severity_of("x") is Severity.SEV2


def test_a_route_overrules_the_priority_and_reads_it_in_any_case() -> None:
    world = World(Policy(routes=(Route(priority="p2", severity=Severity.SEV5),)))
    world.handle(c.AlertTriggers(alert=alert(priority="P2")))
    assert world.incident.severity is Severity.SEV5


def test_a_change_of_severity_says_what_it_means_here() -> None:
    lengthy = tuple(
        level.model_copy(update={"description": "Everything is down. " * 40})
        if level.severity is Severity.SEV1
        else level
        for level in DEFAULT_LEVELS
    )
    world = alerted()
    world.policy = Policy(severities=lengthy)
    said = world.handle(c.ChangeSeverity(actor=by(ALICE), severity=Severity.SEV4, text="Few"))
    assert said.reply is not None
    assert plain(said.reply.sentence) == (
        "INC-1 is now Sev4 (was Sev3): Few\nSev4 – Minor: customers not affected"
    )
    said = world.handle(c.ChangeSeverity(actor=by(ALICE), severity=Severity.SEV1))
    assert said.reply is not None
    last = plain(said.reply.sentence).splitlines()[-1]
    assert last.startswith("Sev1 – Everything is down.") and len(last) <= 160


def test_answers_call_a_status_as_the_team_does() -> None:
    world = alerted()
    world.policy = OWN
    told = []
    for command in (
        c.ChangeStatus(actor=by(ALICE), status=Status.ACKNOWLEDGED),
        c.ChangeStatus(actor=by(ALICE), status=Status.MITIGATED, text="Failed over"),
        c.Resolve(actor=by(ALICE)),
        c.Resolve(actor=by(ALICE), at=at("15:05")),
        c.Reopen(actor=by(ALICE)),
        c.Cancel(actor=by(ALICE)),
    ):
        decision = world.handle(command, at("15:08"))
        assert decision.reply is not None
        told.append(plain(decision.reply.sentence).splitlines()[0])
    assert told == [
        "INC-1 investigating at 2025-10-27 15:08 UTC.",
        "INC-1 under control at 2025-10-27 15:08 UTC: Failed over",
        "INC-1 done at 2025-10-27 15:08 UTC, 45 minutes after it was detected.",
        "INC-1 was done at 2025-10-27 15:05 UTC.",
        "INC-1 is new again.",
        "INC-1 void.",
    ]


def test_refusals_call_a_status_as_the_team_does_and_examples_stay_typeable() -> None:
    world = alerted()
    world.policy = OWN
    refused = {}
    for command in (
        c.Approve(actor=by(ALICE), title="CTO"),
        c.Reopen(actor=by(ALICE)),
    ):
        with pytest.raises(Refusal) as caught:
            world.handle(command)
        refused[type(command)] = str(caught.value)
    world.handle(c.Resolve(actor=by(ALICE)), at("15:08"))
    for command in (
        c.ChangeStatus(actor=by(ALICE), status=Status.MITIGATED),
        c.Resolve(actor=by(ALICE)),
        c.KeepOpen(actor=by(ALICE)),
        c.Cancel(actor=by(ALICE)),
        c.OpenForAlert(actor=by(ALICE), alert=alert()),
    ):
        with pytest.raises(Refusal) as caught:
            world.handle(command)
        refused[type(command)] = str(caught.value)
    assert "INC-1 is new: its postmortem" in refused[c.Approve]
    assert "INC-1 is new, so there is nothing to reopen" in refused[c.Reopen]
    assert refused[c.ChangeStatus] == (
        "INC-1 is done already. To say when it was under control: "
        "`/incident status mitigated at 14:50`."
    )
    assert "INC-1 was done already, at" in refused[c.Resolve]
    assert refused[c.KeepOpen] == refused[c.Cancel] == "INC-1 is done already."
    assert "INC-1, which is done." in refused[c.OpenForAlert]


def test_a_void_incident_is_refused_by_its_own_word() -> None:
    world = alerted()
    world.policy = OWN
    world.handle(c.Cancel(actor=by(ALICE)))
    with pytest.raises(Refusal, match="INC-1 was void"):
        world.handle(c.Resolve(actor=by(ALICE)))
    decision = world.handle(
        c.AlertTriggers(alert=alert(), event_type="incident.reopened"), at("16:00")
    )
    assert any("INC-1 is void; if it goes on" in str(job.args) for job in decision.jobs)

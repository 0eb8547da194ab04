"""What people type after /incident, and what is understood."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from incident_bot.domain.policy import Role
from incident_bot.domain.wanted import Wanted
from incident_bot.domain.words import (
    ActionKind,
    ImpactArea,
    Milestone,
    NoteKind,
    Priority,
    Severity,
    Status,
)
from incident_bot.slack.grammar import Context, request as r, split
from incident_bot.slack.listeners import NAMES, VERBS
from tests.slack.grammar_kit import AT, NOW, PARSERS, parse

CASES: list[tuple[str, Any]] = [
    ("declare Checkout fails", r.Declare("Checkout fails")),
    ("DECLARE sev2 Checkout fails", r.Declare("Checkout fails", Severity.SEV2)),
    ("declare SEV-1: Checkout fails", r.Declare("Checkout fails", Severity.SEV1)),
    ("declare --severity sev2 Checkout", r.Declare("Checkout", Severity.SEV2)),
    ("declare Checkout fails --severity=1", r.Declare("Checkout fails", Severity.SEV1)),
    ("declare --private sev2 Leak", r.Declare("Leak", Severity.SEV2, private=True)),
    ("declare Leak —private", r.Declare("Leak", private=True)),
    ("declare --type security Leak", r.Declare("Leak", type="security")),
    ("declare Leak —type=Security", r.Declare("Leak", type="security")),
    ("declare --private --type security: Leak", r.Declare("Leak", private=True, type="security")),
    ("declare Wrong type of content", r.Declare("Wrong type of content")),
    ("declare Leak\nin the logs --private", r.Declare("Leak in the logs", private=True)),
    ("declare curl --http2 fails", r.Declare("curl --http2 fails")),
    ("declare a &lt; b &amp;&amp; c", r.Declare("a < b && c")),
    ("declare sev 1 Checkout fails", r.Declare("Checkout fails", Severity.SEV1)),
    ("declare severity 1: Checkout fails", r.Declare("Checkout fails", Severity.SEV1)),
    ("declare sev 10 Checkout fails", r.Declare("sev 10 Checkout fails")),
    ("log Pool is full", r.Log("Pool is full")),
    ("log: Pool is full", r.Log("Pool is full")),
    ("log 14:20 Pool is full", r.Log("Pool is full", at=AT)),
    ("log at 14:20 Pool is full", r.Log("Pool is full", at=AT)),
    ("log -40m Pool is full", r.Log("Pool is full", at=AT)),
    ("log\nPool is full\n- 1\n  - 2", r.Log("Pool is full", "- 1\n  - 2")),
    ("log 14:20 Pool\n\n• one\n• two\n", r.Log("Pool", "• one\n• two", AT)),
    ("log asked <@U1|alice> in <#C1|ops>", r.Log("asked @alice in #ops")),
    ("log see <https://x.y/z?a=1&amp;b=2|x>", r.Log("see https://x.y/z?a=1&b=2")),
    ("log &lt;!channel&gt; was typed", r.Log("<!channel> was typed")),
    ("log <!here> all", r.Log("@here all")),
    ("log INC-7 is back", r.Log("INC-7 is back")),
    ("log 10:1 ratio", r.Log("10:1 ratio")),
    ("log “quoted” — as typed", r.Log("“quoted” — as typed")),
    ("edit 3 14:20", r.Edit(3, at=AT)),
    ("edit #3 New words", r.Edit(3, headline="New words")),
    ("edit 3 14:20 New words --why a typo", r.Edit(3, "New words", at=AT, reason="a typo")),
    ("edit 3 New —why a typo\nd1\nd2", r.Edit(3, "New", "d1\nd2", reason="a typo")),
    ("edit 3\nd1\nd2", r.Edit(3, details="d1\nd2")),
    ("edit 3 14:20\nd1", r.Edit(3, details="d1", at=AT)),
    ("edit 3 --retract wrong room", r.Retract(3, "wrong room")),
    ("edit 3 retract", r.Retract(3)),
    ("edit 3 --delete wrong room", r.Retract(3, "wrong room")),
    ("edit 3 curl --http2 fails", r.Edit(3, "curl --http2 fails")),
    ("edit 3 Ran up --remove-orphans", r.Edit(3, "Ran up --remove-orphans")),
    ("edit 3 —retract", r.Retract(3)),
    ("redact 3 a password", r.Redact(3, "a password")),
    ("redact 3", r.Redact(3)),
    ("role", r.Show("roles")),
    ("role ic", r.GiveRole("ic", r.Me(claims=True))),
    ("role IC me", r.GiveRole("ic", r.Me())),
    ("role ops <@U1|alice>", r.GiveRole("ops", r.Mention("U1", "alice"))),
    ("role ops <@U1>", r.GiveRole("ops", r.Mention("U1"))),
    ("role ops @bob", r.GiveRole("ops", r.Name("bob"))),
    ("role ops to @bob.smith, at 14:20", r.GiveRole("ops", r.Name("bob.smith"), AT)),
    ("role @bob as ops", r.GiveRole("ops", r.Name("bob"))),
    ("role me ic", r.GiveRole("ic", r.Me())),
    ("role ic @me", r.GiveRole("ic", r.Me())),
    ("role Incident Commander <@U1|a>", r.GiveRole("ic", r.Mention("U1", "a"))),
    ("role comms none", r.GiveRole("comms", None)),
    ("role comms remove", r.GiveRole("comms", None)),
    ("role ic myself", r.GiveRole("ic", r.Me())),
    ("role <@U1|a> ic at 14:20", r.GiveRole("ic", r.Mention("U1", "a"), AT)),
    ("role <@U1|a> as ops", r.GiveRole("ops", r.Mention("U1", "a"))),
    ("role commander <@U1|a>", r.GiveRole("ic", r.Mention("U1", "a"))),
    ("role operations <@U1|a>", r.GiveRole("ops", r.Mention("U1", "a"))),
    ("role communications: me", r.GiveRole("comms", r.Me())),
    ("role ops lead <@U1|a>", r.GiveRole("ops", r.Mention("U1", "a"))),
    ("role list", r.Show("roles")),
    ("role <@U1|a> Incident Commander", r.GiveRole("ic", r.Mention("U1", "a"))),
    ("role ic <@U1|a> since 14:20", r.GiveRole("ic", r.Mention("U1", "a"), AT)),
    ("role ic <@U1|a> at 14:20", r.GiveRole("ic", r.Mention("U1", "a"), AT)),
    ("role ic at 14:20", r.GiveRole("ic", r.Me(claims=True), AT)),
    ("handover <@U1|a>", r.HandOver(r.Mention("U1", "a"))),
    ("handover to <@U1>", r.HandOver(r.Mention("U1"))),
    ("handover <@U1|a> ic", r.HandOver(r.Mention("U1", "a"), "ic")),
    ("handover <@U1|a> as Ops", r.HandOver(r.Mention("U1", "a"), "ops")),
    ("handover @bob ic", r.HandOver(r.Name("bob"), "ic")),
    ("handover ops to @bob", r.HandOver(r.Name("bob"), "ops")),
    ("handover ic to <@U1|a>", r.HandOver(r.Mention("U1", "a"), "ic")),
    ("handover Incident Commander <@U1|a>", r.HandOver(r.Mention("U1", "a"), "ic")),
    ("handover none", r.HandOver(None)),
    ("handover withdraw comms", r.HandOver(None, "comms")),
    ("severity", r.Show("severity")),
    ("severity sev2 payments too", r.SetSeverity(Severity.SEV2, "payments too")),
    ("severity 1", r.SetSeverity(Severity.SEV1)),
    ("severity sev 3 better", r.SetSeverity(Severity.SEV3, "better")),
    ("severity to sev3: better", r.SetSeverity(Severity.SEV3, "better")),
    ("status", r.Show("status")),
    ("status ack", r.SetStatus(Status.ACKNOWLEDGED)),
    (
        "status mitigated at 14:20 Failed over\nd",
        r.SetStatus(Status.MITIGATED, AT, "Failed over", "d"),
    ),
    ("status resolved 14:20 Done", r.Resolve(AT, "Done")),
    ("status open again", r.Reopen("again")),
    ("status cancelled load test", r.Cancel("load test")),
    ("update Falling\nnext at 15:00", r.Update("Falling", "next at 15:00")),
    ("action", r.Show("actions")),
    ("actions list", r.Show("actions")),
    ("action Add it by 2025-11-10", r.AddAction("Add it", due=date(2025, 11, 10))),
    ("action Sort them by name", r.AddAction("Sort them by name")),
    ("action Add an index", r.AddAction("Add an index")),
    (
        "action detection P0 Alert on the pool <@U1|alice> due 2025-11-10 ticket ENG-1234",
        r.AddAction(
            "Alert on the pool",
            ActionKind.DETECTION,
            Priority.P0,
            r.Mention("U1", "alice"),
            date(2025, 11, 10),
            "ENG-1234",
        ),
    ),
    (
        "action P2 prevention Add it ENG-7 due 2025-11-10 @sre",
        r.AddAction(
            "Add it", ActionKind.PREVENTION, Priority.P2, r.Name("sre"), date(2025, 11, 10), "ENG-7"
        ),
    ),
    ("action Fix it owner me", r.AddAction("Fix it", owner=r.Me())),
    (
        "action Fix it @me due 2025-11-10",
        r.AddAction("Fix it", owner=r.Me(), due=date(2025, 11, 10)),
    ),
    ("action Tell me", r.AddAction("Tell me")),
    ("action Switch to SHA-256", r.AddAction("Switch to SHA-256")),
    ("action Follow up on INC-3", r.AddAction("Follow up on INC-3")),
    (
        "action Fix it ticket <https://jira/ENG-1|ENG-1>",
        r.AddAction("Fix it", ticket="https://jira/ENG-1"),
    ),
    ("impact start: 14:20", r.SetTime(Milestone.IMPACT_STARTED, AT)),
    ("impact Detected: 14:20", r.SetTime(Milestone.DETECTED, AT)),
    ("impact start 14:20", r.SetTime(Milestone.IMPACT_STARTED, AT)),
    ("impact detected at 14:20", r.SetTime(Milestone.DETECTED, AT)),
    (
        "impact Affected users: ~15,000 (10 %)",
        r.Figures((r.Figure(ImpactArea.USER, "Affected users", "~15,000 (10 %)"),)),
    ),
    (
        "impact business Lost revenue: 10 k\nsystem Errors: 12 %",
        r.Figures(
            (
                r.Figure(ImpactArea.BUSINESS, "Lost revenue", "10 k"),
                r.Figure(ImpactArea.SYSTEM, "Errors", "12 %"),
            )
        ),
    ),
    (
        "impact end user errors: 15:00 and 16:00",
        r.Figures((r.Figure(ImpactArea.USER, "end user errors", "15:00 and 16:00"),)),
    ),
    ("impact user: 3", r.Figures((r.Figure(ImpactArea.USER, "user", "3"),))),
    (
        "impact metric p99 | 200 ms | 4 s | 9 s\nmetric errors | 0 | 5 %\nqueue | 1",
        r.Figures(
            (
                r.Metric("p99", "200 ms", "4 s", "9 s"),
                r.Metric("errors", "0", "5 %"),
                r.Metric("queue", "1"),
            )
        ),
    ),
    ("note well The alert came fast\nd", r.Note(NoteKind.WELL, "The alert came fast", "d")),
    (
        "note reference Runbook: <https://w/db|w>",
        r.Note(NoteKind.REFERENCE, "Runbook", "https://w/db"),
    ),
    ("note attendee Alice Smith (IC)", r.Note(NoteKind.ATTENDEE, "Alice Smith", "IC")),
    ("note attendee Alice", r.Note(NoteKind.ATTENDEE, "Alice")),
    ("note follow-up Review: Friday", r.Note(NoteKind.FOLLOW_UP, "Review", "Friday")),
    ("why The pool was small", r.Why("why", "The pool was small")),
    ("why 3 The pool was small", r.Why("why", "The pool was small", 3)),
    ("why 3: The pool", r.Why("why", "The pool", 3)),
    ("why problem Checkout failed", r.Why("problem", "Checkout failed")),
    ("why root cause: No limit", r.Why("root", "No limit")),
    ("approve", r.Approve()),
    ("approve as Engineering Manager", r.Approve("Engineering Manager")),
    ("timeline", r.Timeline()),
    ("timeline 2", r.Timeline(2)),
    ("export", r.Export("postmortem")),
    ("export timeline", r.Export("timeline")),
    ("export md", r.Export("postmortem")),
    ("export timeline as markdown", r.Export("timeline")),
    ("resolve", r.Resolve()),
    ("resolve at 14:20 Rolled back\nd", r.Resolve(AT, "Rolled back", "d")),
    ("reopen It is back", r.Reopen("It is back")),
    ("cancel - a load test", r.Cancel("a load test")),
    ("list", r.ListIncidents(Wanted())),
    ("list open", r.ListIncidents(Wanted())),
    ("list all", r.ListIncidents(Wanted(everything=True))),
    ("list all page 3", r.ListIncidents(Wanted(everything=True), 3)),
    ("list sev1", r.ListIncidents(Wanted(severities=(Severity.SEV1,)))),
    ("list SEV-2, sev1 all", r.ListIncidents(Wanted(everything=True, severities=(1, 2)))),
    ("list severity 2", r.ListIncidents(Wanted(severities=(Severity.SEV2,)))),
    ("list service:Payment", r.ListIncidents(Wanted(service="Payment"))),
    (
        "list service:“Payment API” slow",
        r.ListIncidents(Wanted(service="Payment API", text="slow")),
    ),
    ("list open Checkout fails", r.ListIncidents(Wanted(text="Checkout fails"))),
    ("list closed checkout", r.ListIncidents(Wanted(everything=True, text="checkout"))),
    ("list all hands on page 2", r.ListIncidents(Wanted(everything=True, text="hands on"), 2)),
    ("help log", r.Help("log")),
]


@pytest.mark.parametrize(("text", "expected"), CASES, ids=[text[:40] for text, _ in CASES])
def test_understands(text: str, expected: Any) -> None:
    assert parse(text) == expected


def test_every_verb_is_tried_and_has_a_listener() -> None:
    tried = {split(text, NAMES).verb for text, _ in CASES}
    assert tried == set(PARSERS) == set(VERBS)


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_the_example_of_every_verb_is_understood(verb: str) -> None:
    typed = VERBS[verb].example.replace("@alice", "<@U1|alice>")  # as Slack sends it
    assert split(typed, NAMES).verb == verb
    parse(typed)


def test_times_are_read_in_the_persons_zone() -> None:
    berlin = Context(NOW, ZoneInfo("Europe/Berlin"))
    assert parse("log 15:20 Pool", berlin) == r.Log("Pool", at=AT)


def test_roles_of_the_configuration_are_known_by_every_name() -> None:
    scribe = Role(key="scribe", name="Scribe of the day", short="Scr")
    context = Context(NOW, ZoneInfo("UTC"), (scribe,))
    for name in ("scribe", "Scr", "scribe of the day"):
        assert parse(f"role {name} me", context) == r.GiveRole("scribe", r.Me())

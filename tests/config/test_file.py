"""The file: what it changes, and each key wrong in turn as one line that names it and the fix."""

from datetime import timedelta
from pathlib import Path

import pytest

from incident_bot import config
from incident_bot.config import ConfigError, policy_from
from incident_bot.config.keys import sections
from incident_bot.config.reference import example
from incident_bot.domain.levels import Slo
from incident_bot.domain.policy import IncidentType, Policy, Route
from incident_bot.domain.words import Severity, Status


def test_the_file_changes_roles_routes_and_names() -> None:
    policy = policy_from(
        """
        channel_template = "inc-{ref}-{slug}"
        announcement_channel = false
        default_severity = "Sev2"
        [roles.scribe]
        name = "Scribe"
        [roles.ic]
        people = ["alice@example.com"]
        escalation_policy = "Q1ABCDEFGHIJKL"
        [[routes]]
        service = "Payment API"
        severity = "sev1"
        invite = ["@sre", "S012AB3CD"]
        """
    )
    assert policy.announcement_channel is None
    assert policy.default_severity is Severity.SEV2
    assert [role.key for role in policy.roles] == ["ic", "ops", "comms", "scribe"]
    assert policy.roles[0].people == ("alice@example.com",)
    assert policy.roles[0].escalation_policy == "Q1ABCDEFGHIJKL"
    assert policy.roles[0].name == "Incident Commander"
    assert policy.roles[3].short == "scribe"
    assert policy.routes[0].severity is Severity.SEV1
    assert policy.routes[0].invite == ("@sre", "S012AB3CD")
    assert len(policy.routes) == 1


def test_a_table_that_is_given_in_part_keeps_the_rest() -> None:
    policy = policy_from(
        """
        [severities.sev2]
        description = "Many cannot pay"
        [cadences]
        sev1 = false
        sev3 = "1h30m"
        [statuses.mitigated]
        name = "under control"
        also = ["Stable"]
        """
    )
    two = policy.level(Severity.SEV2)
    assert (two.description, two.priorities) == ("Many cannot pay", ("P2",))
    assert policy.level(Severity.SEV1).update_every is None
    assert policy.level(Severity.SEV2).update_every == timedelta(hours=1)
    assert policy.level(Severity.SEV3).update_every == timedelta(minutes=90)
    assert policy.status_name(Status.MITIGATED) == "under control"
    assert policy.statuses[2].also == ("stable",)
    assert policy.status_name(Status.OPEN) == "open"


def test_a_priority_that_is_given_to_one_severity_is_no_other_s() -> None:
    policy = policy_from('[severities.sev1]\npriorities = ["P1", "p2"]')
    assert policy.level(Severity.SEV1).priorities == ("P1", "p2")
    assert policy.level(Severity.SEV2).priorities == ()
    assert policy.severity_of("P2") is Severity.SEV1


def test_permissions_objectives_and_zones() -> None:
    policy = policy_from(
        """
        [permissions]
        resolve = ["ic", "U012AB3CD"]
        cancel = "everyone"
        reopen = ["everyone"]
        redact = ["@sre", "S012AB3CD"]
        private = ["U012AB3CD", "@security"]
        [[slos]]
        service = "Payment API"
        objective = 99
        [[slos]]
        service = "Checkout"
        objective = 99.95
        window = "month"
        method = "downtime"
        [[zones]]
        name = "Fine"
        from = 0
        [[zones]]
        name = "Freeze"
        from = 99.5
        """
    )
    assert policy.permissions == {
        "resolve": ("ic", "U012AB3CD"),
        "redact": ("@sre", "S012AB3CD"),
        "private": ("U012AB3CD", "@security"),
    }
    assert policy.slos == (
        Slo(service="Payment API", objective=99, window=30, method="fractional"),
        Slo(service="Checkout", objective=99.95, window="month", method="downtime"),
    )
    assert [(z.name, z.from_percent) for z in policy.zones] == [("Fine", 0), ("Freeze", 99.5)]


def test_types_of_incidents_and_private_routes() -> None:
    policy = policy_from(
        """
        [[routes]]
        service = "Vault"
        private = true
        [types.security]
        name = "Security"
        private = true
        severity = "sev2"
        invite = ["@security", "carol@example.com"]
        [types.drill]
        [permissions]
        private = "nobody"
        """
    )
    assert policy.routes == (Route(service="Vault", private=True),)
    assert policy.types == (
        IncidentType(
            key="security",
            name="Security",
            private=True,
            severity=Severity.SEV2,
            invite=("@security", "carol@example.com"),
        ),
        IncidentType(key="drill", name="Drill"),
    )
    assert policy.permissions == {}


@pytest.mark.parametrize("name", ["incidents", "#incidents", "störungen_2", "C012AB3CD4E"])
def test_channels_that_are_understood(name: str) -> None:
    policy = policy_from(f'announcement_channel = "{name}"')
    assert policy.announcement_channel == name.removeprefix("#")


def test_the_default_file_is_read_if_present() -> None:
    assert config.load_policy({}) == Policy()
    Path("incident-bot.toml").write_text('\ufeffannouncement_channel = "war"', encoding="utf-8")
    assert config.load_policy({}).announcement_channel == "war"


ROLE = "[roles.ic]\n"
ROUTE = "[[routes]]\n"
SLO = '[[slos]]\nservice = "API"\nobjective = 99.9\n'
ZONE = '[[zones]]\nname = "Fine"\nfrom = 0\n'

WRONG: list[tuple[str, str, tuple[str, ...]]] = [
    # the text, the key that is named, words of the sentence
    ('chanel_template = "a"', "chanel_template", ("unknown key; did you mean channel_template?",)),
    ("zzz = 1", "zzz", ("unknown key", "known are default_severity, channel_template")),
    ('"x\\ny\\u001b[31m" = 1', "x\ufffdy\ufffd[31m", ("unknown key",)),
    ('[roles."a\\nb"]', "roles.a\ufffdb", ("use a-z",)),
    (f'[roles."{"x" * 500}"]', f"roles.{'x' * 59}…", ("use a-z",)),
    ("default_severity = 2", "default_severity", ("2 is not a severity", '"Sev1", "Sev2"')),
    ('default_severity = "sev9"', "default_severity", ('"sev9" is not', '"Sev5"')),
    ("channel_template = 3", "channel_template", ("3 is not text", '"inc-{ref}-{slug}"')),
    ('channel_template = "{x}"', "channel_template", ("not understood", "{slug}")),
    ('channel_template = "{date.__class__}"', "channel_template", ("not understood", "{slug}")),
    ('channel_template = "{"', "channel_template", ("not understood", "{slug}")),
    ('channel_template = ""', "channel_template", ("empty", '"inc-{ref}-{slug}"')),
    ('channel_template = "a\\nb"', "channel_template", ("line break",)),
    ("announcement_channel = 5", "announcement_channel", ("5 is not", "false for none")),
    ("announcement_channel = true", "announcement_channel", ("true is not", "false for none")),
    ('announcement_channel = ""', "announcement_channel", ("empty", "false for none")),
    ('announcement_channel = "War Room"', "announcement_channel", ('write "war-room"',)),
    ('announcement_channel = "#a#b"', "announcement_channel", ('write "incidents"',)),
    # lists of tables
    ("routes = 5", "routes", ("5 does not fit", "[[routes]]")),
    ("routes = [5]", "routes.0", ("5 does not fit", "[[routes]]")),
    ("[routes]\nthen = 'open'", "routes", ("a table does not fit", "[[routes]]")),
    (ROUTE + 'severty = "Sev1"', "routes.0.severty", ("did you mean severity?",)),
    (ROUTE + "name = 1", "routes.0.name", ("1 is not text",)),
    (ROUTE + "service = []", "routes.0.service", ("a list is not text", '"Payment API"')),
    (ROUTE + 'urgency = "hihg"', "routes.0.urgency", ('did you mean "high"?', '"high" or "low"')),
    (ROUTE + "priority = 1", "routes.0.priority", ("1 is not text", '"P1"')),
    (ROUTE + 'then = "opn"', "routes.0.then", ('did you mean "open"?', '"notify" or "ignore"')),
    (ROUTE + "then = true", "routes.0.then", ("true is not known", '"open", "notify"')),
    (ROUTE + 'group = "x"', "routes.0.group", ('"service", "route" or "none"',)),
    (ROUTE + 'severity = "high"', "routes.0.severity", ('"high" is not a severity', '"Sev1"')),
    (ROUTE + 'invite = "@sre"', "routes.0.invite", ("write a list, like",)),
    (ROUTE + 'invite = ["sre"]', "routes.0.invite.0", ('"sre" is neither', '"@sre"')),
    (
        ROUTE + 'name = "x"\ngroup = "route"\n' + ROUTE + 'name = "x"\ngroup = "route"',
        "routes.1.name",
        ("another route",),
    ),
    ("slos = {}", "slos", ("[[slos]]",)),
    ("[[slos]]\nservice = 'API'", "slos.0.objective", ("missing", "write 99.95")),
    ("[[slos]]\nobjective = 99.9", "slos.0.service", ("missing", 'write "Payment API"')),
    (SLO + "objectiv = 1", "slos.0.objectiv", ("did you mean objective?",)),
    ("[[slos]]\nservice = 3\nobjective = 9", "slos.0.service", ("3 is not text",)),
    (SLO.replace("99.9", "100"), "slos.0.objective", ("between 0 and 100",)),
    (SLO.replace("99.9", '"99.9"'), "slos.0.objective", ("not a number", "99.95")),
    (SLO.replace("99.9", "true"), "slos.0.objective", ("true is not a number",)),
    (SLO.replace("99.9", "nan"), "slos.0.objective", ("reckoned",)),
    (SLO + "window = 30", "slos.0.window", ("30 is not a window", '"30d"', '"month"')),
    (SLO + 'window = "4w"', "slos.0.window", ('"4w" is not a window', '"28d"')),
    (SLO + 'method = "down"', "slos.0.method", ('did you mean "downtime"?', '"requests"')),
    (SLO + SLO, "slos.1.service", ("has an objective already",)),
    ("zones = []", "zones", ("write at least one",)),
    (ZONE + "form = 1", "zones.0.form", ("did you mean from?",)),
    ("[[zones]]\nname = 'x'", "zones.0.from", ("missing", "write 50")),
    ("[[zones]]\nfrom = 0", "zones.0.name", ("missing", '"Concerning"')),
    ("[[zones]]\nname = ''\nfrom = 0", "zones.0.name", ("empty",)),
    ("[[zones]]\nname = 'x'\nfrom = -1", "zones.0.from", ("below zero", "like 50")),
    (ZONE.replace("0", "10"), "zones.0.from", ("write from = 0",)),
    (ZONE + ZONE.replace("Fine", "Bad"), "zones.1.from", ("0 is not above 0", "ascending")),
    (ZONE + ZONE.replace("0", "50"), "zones.1.name", ("another zone",)),
    # maps
    ("cadences = 1", "cadences", ("[cadences]",)),
    ('[cadences]\nsev6 = "1h"', "cadences.sev6", ("unknown severity; did you mean sev",)),
    ("[cadences]\nsev1 = 30", "cadences.sev1", ("30 is not a time span", '"1h30m"', "false")),
    ('[cadences]\nsev1 = "30"', "cadences.sev1", ("not a time span", '"30m"')),
    ('[cadences]\nsev1 = ""', "cadences.sev1", ("not a time span", '"30m"')),
    ('[cadences]\nsev1 = "0m"', "cadences.sev1", ("no time at all", "false")),
    ("[cadences]\nsev1 = true", "cadences.sev1", ("true is not a time span", "false")),
    ("permissions = 'ic'", "permissions", ("[permissions]",)),
    ("[permissions]\nresolv = ['ic']", "permissions.resolv", ("verb", "did you mean resolve?")),
    ("[permissions]\nlist = ['ic']", "permissions.list", ("unknown verb", "declare, log, edit")),
    ("[permissions]\nresolve = 'ic'", "permissions.resolve", ("write a list, like",)),
    ("[permissions]\nresolve = []", "permissions.resolve", ("nobody", '"everyone"')),
    ("[permissions]\nresolve = ['ic', 'everyone']", "permissions.resolve", ("stands alone",)),
    ("[permissions]\nresolve = ['ci']", "permissions.resolve.0", ("did you mean ic?",)),
    ("[permissions]\nresolve = ['zzz']", "permissions.resolve.0", ("roles are ic, ops, comms",)),
    (f"[roles.{'r' * 41}]", f"roles.{'r' * 41}", ("at most 40",)),
    (
        "[statuses.mitigated]\nname = 'resolved by rollback'",
        "statuses.mitigated.name",
        ("begins with resolved", "another name"),
    ),
    (
        "[statuses.acknowledged]\nname = 'under'\n[statuses.mitigated]\nname = 'under, sort of'",
        "statuses.mitigated.name",
        ("begins with under",),
    ),
    (
        "[statuses.mitigated]\nname = 'under: all'\n[statuses.resolved]\nalso = ['under']",
        "statuses.mitigated.name",
        ("begins with under", "means resolved"),
    ),
    ("[roles.lead]", "roles.lead", ("something else in commands",)),
    ("[permissions]\nrole = ['ic', 'ops']", "permissions.role", ("asleep", "Slack user ids")),
    ("[permissions]\ndeclare = ['ic', 'U012AB3CD']", "permissions.declare.0", ("before", "ids")),
    ("[permissions]\nresolve = ['@ al']", "permissions.resolve.0", ("neither a role's key nor",)),
    ("[permissions]\nresolve = 'nobody'", "permissions.resolve.0", ("is no role",)),
    ("[permissions]\nprivate = 'everyone'", "permissions.private.0", ("not private", "groups")),
    ("[permissions]\nprivate = ['ic']", "permissions.private.0", ("know their incident",)),
    ("[permissions]\nprivate = ['nobody', 'U012AB3CD']", "permissions.private", ("alone",)),
    ("[[routes]]\nprivate = 'yes'", "routes.0.private", ("neither true nor false",)),
    (
        "[[routes]]\n[[routes]]\nprivate = true\nthen = 'notify'",
        "routes.1.then",
        ("is for everybody", '"open"'),
    ),
    ("types = 'security'", "types", ("[types.",)),
    ("[types.Sec]\nname = 'Security'", "types.Sec", ("a-z",)),
    ("[types.security]\nname = ''", "types.security.name", ("empty",)),
    ("[types.security]\nprivate = 1", "types.security.private", ("neither true nor false",)),
    ("[types.security]\nseverity = 'bad'", "types.security.severity", ("Sev",)),
    ("[types.security]\ninvite = ['Bob']", "types.security.invite.0", ("user group",)),
    # tables
    ("severities = 1", "severities", ("[severities.sev1]",)),
    ("severities.sev1 = 1", "severities.sev1", ("[severities.sev1]",)),
    ("[severities.Sev1]", "severities.Sev1", ("unknown severity; did you mean sev1?",)),
    ("[severities.sev1]\nname = 'x'", "severities.sev1.name", ("description, priorities",)),
    ("[severities.sev1]\ndescription = 1", "severities.sev1.description", ("not text",)),
    ("[severities.sev1]\npriorities = 'P1'", "severities.sev1.priorities", ('like ["P1"]',)),
    ("[severities.sev1]\npriorities = [1]", "severities.sev1.priorities.0", ('write "P1"',)),
    (
        "[severities.sev1]\npriorities = ['P1']\n[severities.sev2]\npriorities = ['p1']",
        "severities.sev2.priorities.0",
        ("stands for sev1 already",),
    ),
    ("statuses = 1", "statuses", ("[statuses.open]",)),
    ("[statuses.mitigatd]", "statuses.mitigatd", ("status; did you mean mitigated?",)),
    ("[statuses.open]\nnmae = 'x'", "statuses.open.nmae", ("did you mean name?",)),
    ("[statuses.open]\nname = 1", "statuses.open.name", ("not text",)),
    ("[statuses.open]\nname = 'to'", "statuses.open.name", ("another meaning",)),
    ("[statuses.open]\nalso = 'x'", "statuses.open.also", ("write a list",)),
    ("[statuses.open]\nalso = ['a b']", "statuses.open.also.0", ("not one word",)),
    ("[statuses.open]\nalso = ['at']", "statuses.open.also.0", ("another meaning",)),
    ("[statuses.open]\nalso = ['Ack']", "statuses.open.also.0", ("means acknowledged already",)),
    ("[statuses.open]\nname = 'Resolved'", "statuses.open.name", ("means resolved already",)),
    ("roles = 3", "roles", ("[roles.KEY]",)),
    ("roles.ic = 3", "roles.ic", ("[roles.ic]",)),
    ('[roles."Big Boss"]\nname = "x"', "roles.Big Boss", ("a-z",)),
    ("[roles.everyone]", "roles.everyone", ("choose another key",)),
    (ROLE + "zzz = 1", "roles.ic.zzz", ("known are name, short, people",)),
    (ROLE + "peopel = []", "roles.ic.peopel", ("did you mean people?",)),
    (ROLE + "name = 1", "roles.ic.name", ("not text",)),
    (ROLE + "name = 'operations lead'", "roles.ic.name", ("is what ops is called",)),
    ("[roles.scribe]\nshort = 'ic'", "roles.scribe.short", ("is what ic is called",)),
    (ROLE + "short = ''", "roles.ic.short", ("empty",)),
    (ROLE + 'duties = "Lead"', "roles.ic.duties", ("write a list",)),
    (ROLE + "duties = ['']", "roles.ic.duties.0", ("empty",)),
    (ROLE + 'people = "alice"', "roles.ic.people", ("write a list",)),
    (ROLE + 'people = ["alice"]', "roles.ic.people.0", ("neither an e-mail", '"U012AB3CD"')),
    (ROLE + 'people = ["@alice"]', "roles.ic.people.0", ("change hands", "alice@example.com")),
    (ROLE + "people = [{}]", "roles.ic.people.0", ("a table is not text",)),
    (ROLE + 'escalation_policy = "Payments"', "roles.ic.escalation_policy", ('"PABC123"',)),
    ("retries = '4h'", "retries", ("[retries]",)),
    ("[retries]\nfrist = '1s'", "retries.frist", ("unknown time; did you mean first?",)),
    ("[retries]\nlongest = 60", "retries.longest", ("not a time span", '"30s"')),
    ("[retries]\nlongest = '0s'", "retries.longest", ("not a time span",)),
    ("[retries]\ngive_up_after = '9s'", "retries.give_up_after", ("longest (1m) is", '"1m"')),
    ("reminders = '5m'", "reminders", ("[reminders]",)),
    ("[reminders]\nno_icc = '5m'", "reminders.no_icc", ("unknown key; did you mean no_ic?",)),
    ("[reminders]\nno_ic = 5", "reminders.no_ic", ("not a time span", '"3d"', "false")),
    ("[reminders]\nno_ic = '0m'", "reminders.no_ic", ("not a time span",)),
    ("[reminders]\nupdate_due = '5m'", "reminders.update_due", ("neither true nor false",)),
    ("[reminders]\nnot_resolved = true", "reminders.not_resolved", ("not a time span",)),
    ("[reminders]\nno_impact_start = ''", "reminders.no_impact_start", ("not a time span",)),
    ("[reminders]\nno_actions = '1w'", "reminders.no_actions", ("not a time span",)),
    ("[reminders]\nnot_approved = '3'", "reminders.not_approved", ("not a time span",)),
    ("[reminders]\naction_overdue = 1", "reminders.action_overdue", ("neither true nor",)),
    ("[reminders]\nmost = 0", "reminders.most", ("from 1 to 10",)),
    ("[reminders]\nquiet = '22-7'", "reminders.quiet", ("no hours", '"22:00-07:00"')),
    ("[reminders]\nquiet = '07:00-07:00'", "reminders.quiet", ("always or never",)),
    ("[reminders]\nquiet_below = 3", "reminders.quiet_below", ("not a severity",)),
    ("[reminders]\nzone = 'Berlin'", "reminders.zone", ("not a time zone", "Europe/Berlin")),
    ("timeline_reaction = 'push pin'", "timeline_reaction", ("emoji's name", '"pushpin"')),
    ("files = 7", "files", ("[files]",)),
    ("[files]\nkeep = 'no'", "files.keep", ("neither true nor false",)),
    ("[files]\nmax_megabytes = 0", "files.max_megabytes", ("1 to 100",)),
    ("rooms = 7", "rooms", ("[rooms]",)),
    ("[rooms]\narchive_after_days = 0", "rooms.archive_after_days", ("1 to 365", "false")),
    ("[retries]\nfirst = '2m'", "retries.first", ("first (2m) is longer than longest (1m)",)),
]


@pytest.mark.parametrize(("text", "key", "words"), WRONG, ids=[text for text, _, _ in WRONG])
def test_what_is_wrong_is_one_line_with_the_key(
    text: str, key: str, words: tuple[str, ...]
) -> None:
    with pytest.raises(ConfigError) as refused:
        policy_from(text, "team.toml")
    sentence = str(refused.value)
    assert sentence.startswith(f"team.toml: {key}: "), sentence
    assert all(word in sentence for word in words), sentence
    assert "\n" not in sentence
    assert "more:" not in sentence


def test_the_reaction_is_named_with_colons_or_without_or_not_at_all() -> None:
    for said, meant in (("':round_pushpin:'", "round_pushpin"), ("false", None)):
        assert policy_from(f"timeline_reaction = {said}").timeline_reaction == meant
    assert policy_from("[files]\nmax_megabytes = 2").files.max_bytes == 2 * 1024 * 1024


def test_each_key_was_wrong_once() -> None:
    told = {tuple(part for part in key.split(".") if not part.isdigit()) for _, key, _ in WRONG}
    last = {(parts[0], parts[-1]) for parts in told}
    missing = [
        f"{section.name}.{key.name}"
        for section in sections()
        for key in (section.key, *section.keys)
        if (section.name, key.name) not in last
    ]
    assert missing == []


def test_everything_that_is_wrong_is_named() -> None:
    with pytest.raises(ConfigError) as refused:
        policy_from(ROLE + "peopel = []\n" + SLO.replace("99.9", "0") + "objectiv = 1")
    assert str(refused.value) == (
        "incident-bot.toml: slos.0.objectiv: unknown key; did you mean objective? "
        "(and 2 more: roles.ic.peopel, slos.0.objective)"
    )


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"x = \n", "not valid TOML"),
        (b'announcement_channel = "\xff"', "UTF-8"),
        (b"x = " + b"[" * 100_000, "not valid TOML"),
        (b"x = " + b"9" * 10_000, "not valid TOML"),
    ],
)
def test_a_file_that_is_no_toml_is_refused(content: bytes, words: str) -> None:
    Path("team.toml").write_bytes(content)
    with pytest.raises(ConfigError) as refused:
        config.load_policy({"INCIDENT_BOT_CONFIG": "team.toml"})
    sentence = str(refused.value)
    assert sentence.startswith("team.toml: ") and words in sentence and "\n" not in sentence


def test_the_worked_example_says_what_it_seems_to_say() -> None:
    policy = policy_from(example())
    assert policy.announcement_channel == "war-rooms"
    assert [route.then for route in policy.routes] == ["notify", "open", "open", "notify"]
    assert policy.permissions["resolve"] == ("ic", "U012AB3CD")
    assert policy.status_name(Status.MITIGATED) == "contained"

"""docs/reference/metrics.md and the alert rules name the metrics that there are, and no other."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from incident_bot.domain.decision import JobKind
from incident_bot.jobs.runner import OUTCOMES
from incident_bot.store import Counts
from incident_bot.web.metrics import Metrics
from incident_bot.web.stored import Figures

ROOT = Path(__file__).parents[2]
RULES = ROOT / "deploy/prometheus/incident-bot.rules.yml"
ROW = re.compile(r"^\| `(\w+)` \| (\w+) \|([^|]*)\| (process|database) \| \S.* \|$", re.M)
PROMTOOL = pytest.mark.skipif(
    not shutil.which("promtool") and not os.environ.get("REQUIRE_ALL"),
    reason="promtool is not installed",
)


def exposed() -> str:
    """Everything that can be exposed, each thing with every label."""
    metrics = Metrics()
    metrics.socket_connections = lambda: 2
    metrics.delivery("slack", "command", "recorded", 0.1)
    metrics.rejected("slack", "unsigned")
    metrics.envelope("events_api", "answered")
    metrics.call("slack", "auth.test", "ok", 0.1)
    metrics.alert_to_invitation(1.0)
    for outcome in OUTCOMES:
        metrics.tried(JobKind.SAY, outcome, 0.1)
    return metrics.exposition(Figures(Counts())).decode()


def families() -> dict[str, tuple[str, set[str], str]]:
    """Name as it is queried → type, labels, help."""
    found = {}
    for family in text_string_to_metric_families(exposed()):
        name = f"{family.name}_total" if family.type == "counter" else family.name
        labels = {label for sample in family.samples for label in sample.labels} - {"le"}
        found[name] = (family.type, labels, family.documentation)
    return found


def table() -> dict[str, tuple[str, set[str], str]]:
    """The same as the documentation has it, with whose figure it is."""
    text = (ROOT / "docs/reference/metrics.md").read_text(encoding="utf-8")
    return {
        name: (kind, set(re.findall(r"`(\w+)`", labels)), whose)
        for name, kind, labels, whose in ROW.findall(text)
        if sys.platform == "linux" or not name.startswith("process_")  # from /proc
    }


def rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def test_the_table_has_exactly_what_is_exposed() -> None:
    told = {name: (kind, labels) for name, (kind, labels, _) in table().items()}
    assert told == {name: (kind, labels) for name, (kind, labels, _) in families().items()}


def test_help_and_table_agree_on_what_replicas_share() -> None:
    whose = {name: whose for name, (_, _, whose) in table().items()}
    for name, (_, _, words) in families().items():
        assert ("shared database" in words) == (whose[name] == "database"), name


def test_the_documentation_explains_every_outcome() -> None:
    text = (ROOT / "docs/reference/metrics.md").read_text(encoding="utf-8")
    for outcome in OUTCOMES:
        assert f"`{outcome}`" in text, outcome


def test_names_follow_the_conventions() -> None:
    """prometheus.io/docs/practices/naming: base units, a unit or what is counted at the end."""
    for name, (kind, _, words) in families().items():
        assert re.fullmatch(r"[a-z][a-z0-9_]*", name)
        assert words and not name.endswith(("_ms", "_milliseconds", "_minutes", "_count", "_sum"))
        assert (kind == "counter") == name.endswith("_total"), name
        if kind == "histogram":
            assert name.endswith("_seconds"), name


def test_the_rules_name_metrics_and_labels_that_exist() -> None:
    known = families()
    for rule in rules():
        used = re.findall(r"\bincident_bot_\w+", rule["expr"])
        assert used, rule["alert"]
        for name in used:
            base = re.sub(r"_bucket$", "", name)
            assert base in known, (rule["alert"], name)
            labels = known[base][1] | {"le", "instance"}
            for selected in re.findall(rf"{name}\{{([^}}]*)\}}", rule["expr"]):
                assert set(re.findall(r"(\w+)(?==|!=|=~|!~)", selected)) <= labels
        grouped = ",".join(re.findall(r"by \(([^)]*)\)", rule["expr"]))
        allowed = {"le", "instance"} | {
            label for name in used for label in known[re.sub(r"_bucket$", "", name)][1]
        }
        assert set(re.findall(r"\w+", grouped)) <= allowed, rule["alert"]


def test_each_rule_says_what_it_means() -> None:
    alerts = rules()
    assert len({rule["alert"] for rule in alerts}) == len(alerts) >= 6
    for rule in alerts:
        assert rule["labels"]["severity"] in ("critical", "warning")
        assert rule["annotations"]["summary"]


@PROMTOOL
def test_promtool_takes_the_rules() -> None:
    done = subprocess.run(["promtool", "check", "rules", RULES], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@PROMTOOL
def test_promtool_takes_the_exposition() -> None:
    done = subprocess.run(
        ["promtool", "check", "metrics"], input=exposed(), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr

"""What a report looks like to people and to programs."""

from incident_bot.check.report import Finding, Report, Status, fail, ok, skip, warn, without_secrets

ALL = (
    ok("settings", "fine"),
    warn("file", "odd", "Look at it."),
    fail("slack.token", "refused.", "Copy it again."),
    skip("slack.scopes", "the token is refused"),
    skip("slack.channel", "the token is refused"),
    skip("pagerduty.from", "the token is refused"),
    skip("pagerduty.webhook", "another reason"),
)


def report(*findings: Finding, loadable: bool = True) -> Report:
    return Report("http", findings, loadable)


def test_a_line_each_and_what_one_family_skips_shares_one() -> None:
    lines = [line for _, line in report(*ALL).lines()]
    assert lines == [
        "ok    settings                   fine",
        "warn  file                       odd. Look at it.",
        "FAIL  slack.token                refused. Copy it again.",
        "skip  slack.*                    the token is refused (scopes, channel)",
        "skip  pagerduty.from             the token is refused",
        "skip  pagerduty.webhook          another reason",
        "1 to mend, 1 warning. Then: incident-bot check",
    ]


def test_a_narrow_terminal_gets_folded_lines() -> None:
    long = report(fail("slack.token", "word " * 40, "Mend it, and then look at it again."))
    for width in (50, 80):
        [(_, text), _] = long.lines(width)
        assert max(map(len, text.split("\n"))) <= width
        assert text.split()[0] == "FAIL"


def test_json_names_each_and_has_the_verdict() -> None:
    assert report(*ALL[:2]).as_json() == {
        "ok": True,
        "mode": "http",
        "checks": [
            {"name": "settings", "status": "ok", "found": "fine", "fix": ""},
            {"name": "file", "status": "warn", "found": "odd", "fix": "Look at it."},
        ],
    }
    assert report(ALL[2]).as_json()["ok"] is False
    assert report(ALL[0], loadable=False).as_json()["ok"] is False


def test_the_verdict_says_what_to_do_now() -> None:
    assert report(ALL[0]).verdict == "All good. Start it: incident-bot run"
    assert report(*ALL[:2]).verdict == "Nothing to mend, 1 warning. Start it: incident-bot run"
    assert "of what was seen" in report(ALL[0], ALL[3]).verdict
    assert report(ALL[2], ALL[2]).verdict == "2 to mend. Then: incident-bot check"


def test_secrets_are_blanked_the_longest_first_and_tokens_always() -> None:
    lines = [
        ok("settings", "abcdefgh abcdef abc"),
        fail("file", "", "xoxb-123-abcDEF and xapp-1-A0-2-ffffff and xoxe.xoxb-1-abcdef"),
    ]
    blanked = without_secrets(lines, ["abcdef", "abcdefgh", "abc"])
    assert blanked[0].found == "[hidden] [hidden] abc"
    assert blanked[1].fix == "[hidden] and [hidden] and [hidden]"
    assert [f.status for f in blanked] == [Status.OK, Status.FAIL]

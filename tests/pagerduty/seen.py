"""Metrics that remember."""


class Seen:
    """Takes what `web.Metrics` takes."""

    def __init__(self) -> None:
        self.deliveries: list[tuple[str, str]] = []
        self.turned_away: list[str] = []
        self.calls: list[tuple[str, str]] = []

    def delivery(self, source: str, kind: str, outcome: str, seconds: float) -> None:
        assert source == "pagerduty" and seconds >= 0
        self.deliveries.append((kind, outcome))

    def rejected(self, source: str, reason: str) -> None:
        assert source == "pagerduty"
        self.turned_away.append(reason)

    def call(self, target: str, method: str, outcome: str, seconds: float) -> None:
        assert target == "pagerduty" and seconds >= 0
        self.calls.append((method, outcome))

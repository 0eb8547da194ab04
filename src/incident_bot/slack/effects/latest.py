"""Which entry a message was last brought up to, as far as this process did it."""

MOST = 500


class Latest:
    """Spares calls, nothing more: what is not known here is rendered once more."""

    def __init__(self) -> None:
        self._seen: dict[str, int] = {}

    def of(self, ref: str) -> int:
        """The highest entry shown, 0 when not known."""
        return self._seen.get(ref, 0)

    def saw(self, ref: str, seq: int) -> None:
        """Slack confirmed a message that shows the incident up to entry `seq`."""
        self._seen[ref] = max(seq, self._seen.pop(ref, 0))
        if len(self._seen) > MOST:
            del self._seen[next(iter(self._seen))]

"""How long to wait before the next try."""

import random

MAX_ATTEMPTS = 12
_FIRST = 0.5
_LONGEST = 60.0


def back_off(attempt: int) -> float:
    """Seconds after the n-th try (from 1): 0.5·2^(n-1), at most 60, less up to half at random.

    All twelve tries take 3 to 6 minutes, longer than a usual restart of Slack's or PagerDuty's.
    """
    full = min(_LONGEST, _FIRST * 2.0 ** (attempt - 1))
    return full * random.uniform(0.5, 1.0)

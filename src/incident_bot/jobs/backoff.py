"""How long to wait before the next try."""

import random

MAX_ATTEMPTS = 12
"""Tries of what fails for a reason of its own. All take 3 to 6 minutes by default."""


def back_off(attempt: int, first: float = 0.5, longest: float = 60.0) -> float:
    """Seconds after the n-th try (from 1): first·2^(n-1), at most `longest`, less up to half at
    random."""
    full = min(longest, first * 2.0 ** min(attempt - 1, 60))
    return full * random.uniform(0.5, 1.0)

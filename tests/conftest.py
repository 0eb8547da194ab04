"""What every test has: hypothesis without a clock, and the same examples in CI each time."""

import os

from hypothesis import settings

# No deadline: machines here are noisy. In CI a red run must mean that the change broke something;
# new examples are looked for wherever the tests run otherwise.
settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")

"""Every test here has a folder of its own to work in, and no settings of this machine."""

from pathlib import Path

import pytest

from incident_bot.config import VARIABLES


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for variable in VARIABLES:
        monkeypatch.delenv(variable.name, raising=False)
        monkeypatch.delenv(f"{variable.name}_FILE", raising=False)

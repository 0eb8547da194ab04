"""Whether this process runs in a container."""

from collections.abc import Mapping
from pathlib import Path

_MARKS = (Path("/.dockerenv"), Path("/run/.containerenv"))


def in_container(env: Mapping[str, str], marks: tuple[Path, ...] = _MARKS) -> bool:
    """True in Docker, Podman and Kubernetes, by what they leave for their containers to see."""
    return (
        bool(
            env.get("KUBERNETES_SERVICE_HOST") or env.get("container")
        )  # podman and systemd-nspawn
        or any(mark.exists() for mark in marks)
    )

"""A SQLite file's place: the folder, the file, who has it, the file system, the space."""

import fcntl
import os
import shutil
from pathlib import Path

from incident_bot.check.container import in_container
from incident_bot.check.report import Finding, fail, ok, warn

DATABASE = "database"

FAIL_BYTES = 10 * 1024**2
WARN_BYTES = 200 * 1024**2

# Where locks and shared memory of SQLite's WAL do not work, or not between machines.
_OVER_THE_NETWORK = frozenset(
    {
        *("9p", "afs", "beegfs", "ceph", "cifs", "davfs", "glusterfs", "lustre", "ncpfs", "nfs"),
        *("nfs4", "smb3", "smbfs", "fuse.ceph", "fuse.glusterfs", "fuse.s3fs", "fuse.sshfs"),
    }
)
_MOUNTS = Path("/proc/self/mounts")
_ELSEWHERE = "Set DATABASE_URL to another place."


def file_findings(path: Path) -> list[Finding]:
    """What to say of the file's place; nothing is written or locked."""
    if problem := _unusable(path):
        return [fail(DATABASE, *problem)]
    found = [*_space(path), *_file_system(path, _mounts())]
    owner = in_use(path)
    if found:
        return found
    if owner is not None:
        return [ok(DATABASE, f"{path}, in use by a running bot (process {owner})")]
    return [ok(DATABASE, f"{path}" if path.exists() else f"{path}, not there yet: `run` makes it")]


def _unusable(path: Path) -> tuple[str, str] | None:
    """What is found and the fix, when `run` could not open it."""
    folder = path.parent
    while not os.path.lexists(folder) and folder != folder.parent:
        folder = folder.parent  # `run` makes the folders that are missing
    try:
        if path.exists() and not path.is_file():
            return f"{path} is no file", _ELSEWHERE
    except OSError as error:
        return f"{path} cannot be looked at: {error.strerror}", _own(path.parent)
    if not folder.is_dir():
        return f"{folder} is no folder", _ELSEWHERE
    if not os.access(folder, os.W_OK | os.X_OK):
        return f"the folder {folder} cannot be written to by this user", _own(folder)
    if path.exists() and not os.access(path, os.R_OK | os.W_OK):
        return f"{path} cannot be written to by this user", _own(path)
    return None


def _own(path: Path) -> str:
    user = f"user {os.getuid()}" if hasattr(os, "getuid") else "the bot's user"
    return f"Give it to {user} (chown {os.getuid()} {path}), or run the bot as its owner."


def in_use(path: Path) -> str | None:
    """The process that has the file (as it wrote it down), None when nobody has it.

    The lock is tried for an instant and shared, so that a second check does not see the first.
    """
    try:
        with path.with_name(path.name + ".lock").open("r", encoding="utf-8") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return lock.read().strip() or "unknown"
    except OSError:
        pass
    return None


def _space(path: Path) -> list[Finding]:
    folder = path.parent
    while not folder.is_dir():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    return space_findings(folder, free)


def space_findings(folder: Path, free: int) -> list[Finding]:
    """What to say of the free space, in bytes."""
    told = f"{free // 1024**2} MiB are free in {folder}"
    if free < FAIL_BYTES:
        return [fail(DATABASE, f"{told}: nothing can be recorded", "Make room.")]
    if free < WARN_BYTES:
        return [warn(DATABASE, told, "Make room before it is full.")]
    return []


def _mounts() -> str:
    try:
        return _MOUNTS.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _file_system(path: Path, mounts: str) -> list[Finding]:
    kind = file_system(path, mounts)
    if kind in _OVER_THE_NETWORK:
        return [
            warn(
                DATABASE,
                f"{path} is on a network file system ({kind}), where SQLite's locks do not hold",
                "Use a local disk, or PostgreSQL (DATABASE_URL=postgresql://…).",
            )
        ]
    if kind in ("overlay", "tmpfs") and in_container(os.environ):
        return [
            warn(
                DATABASE,
                f"{path} is inside the container ({kind}) and goes when the container goes",
                "Mount a volume there.",
            )
        ]
    return []


def file_system(path: Path, mounts: str) -> str:
    """The kind of file system that holds the path, from the text of /proc/mounts; "" unknown."""
    place, best, kind = str(path), "", ""
    for line in mounts.splitlines():
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        point = fields[1].replace("\\040", " ").rstrip("/")
        if (place == point or place.startswith(point + "/")) and len(point) >= len(best):
            best, kind = point, fields[2]
    return kind

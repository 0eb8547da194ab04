"""The image without a container engine: its steps in a folder that stands for the root.

The absolute paths of the Dockerfile (/src, /opt, /tmp, /data) are mapped into that folder, and a
virtual environment in it is the base image's Python. Steps that only root of the image can do
(useradd, install) are left to test_dockerfile.py, which checks what they say.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.deploy import dockerfile
from tests.deploy.context import sent
from tests.deploy.dockerfile import ROOT, Stage
from tests.repository import repository_files

BUILD_SECONDS = 420.0
_MAPPED = re.compile(r"(?<![\w.-])/(?=(?:src|opt|tmp|data)\b)")
_NOT_OURS = ("SLACK_", "PAGERDUTY_", "INCIDENT_BOT_", "PYTHON", "VIRTUAL_ENV", "DATABASE_URL")


class Image:
    """The image's root folder, and how a container of it would be started."""

    def __init__(self, root: Path, uid: int | None, interpreter: str) -> None:
        """`uid`: whom its processes run as; None when we cannot change that, not being root."""
        self.root = root
        self.uid = uid
        self.interpreter = interpreter
        self.build_stage, self.final = dockerfile.read()
        self.data = root / "data"

    def mapped(self, text: str) -> str:
        """A path or a text with paths of the image, as it reads outside of it."""
        return _MAPPED.sub(f"{self.root}/", text)

    def environment(self, stage: Stage, base: Mapping[str, str]) -> dict[str, str]:
        """`base` and the stage's ENV on top, `$PATH` filled in."""
        path = f"{self.root}/base/bin:/usr/bin:/bin"
        given = {k: self.mapped(v) for k, v in stage.environment().items()}
        given["PATH"] = given.get("PATH", "$PATH").replace("$PATH", path)
        return {**base, **given}

    def build(self) -> None:
        """Every step of the build stage, in order; then only what the final stage copies stays."""
        self._base()
        stage = self.build_stage
        kept = {k: v for k, v in os.environ.items() if not k.startswith(_NOT_OURS)}
        environment = self.environment(stage, kept) | {"TMPDIR": f"{self.root}/tmp"}
        files = sent(repository_files())
        here = self.root
        for step in stage.steps:
            match step.name:
                case "WORKDIR":
                    here = Path(self.mapped(step.text))
                    here.mkdir(parents=True, exist_ok=True)
                case "COPY":
                    *sources, target = step.text.split()
                    for source in sources:
                        _copy(files, source, here / target)
                case "RUN":
                    subprocess.run(
                        ["/bin/sh", "-ec", self.mapped(step.text)],
                        cwd=here,
                        env=environment,
                        check=True,
                        timeout=BUILD_SECONDS,
                    )
                case "ENV":
                    pass  # all of it is there from the start
                case other:
                    raise AssertionError(f"no test knows how to do {other} {step.text}")
        for left in ("src", "tmp"):
            shutil.rmtree(self.root / left)

    def _base(self) -> None:
        """What the base image brings: a Python with pip."""
        (self.root / "tmp").mkdir()
        subprocess.run([self.interpreter, "-m", "venv", f"{self.root}/base"], check=True)

    def seal(self) -> None:
        """A root file system that cannot be written, but for /data and /tmp."""
        for path in [self.root, *self.root.rglob("*")]:
            if not path.is_symlink():
                path.chmod(path.stat().st_mode & ~0o222)
        for name, mode in (("data", 0o700), ("tmp", 0o1777)):
            folder = self.root / name
            self.root.chmod(0o755)
            folder.mkdir()
            folder.chmod(mode)
            if self.uid is not None:
                os.chown(folder, self.uid, self.uid)
            self.root.chmod(0o555)

    def command(self) -> list[str]:
        """ENTRYPOINT and CMD: what the container starts."""
        return [*self.final.last("ENTRYPOINT").words(), *self.final.last("CMD").words()]

    def probe(self) -> list[str]:
        """What HEALTHCHECK runs inside the container."""
        name, words = self.final.last("HEALTHCHECK").text.split(None, 1)
        return dockerfile.Step(name, {}, words).words()

    def popen(
        self, words: list[str], settings: Mapping[str, str], **streams: int
    ) -> subprocess.Popen[str]:
        """Start this in the container: its ENV and `settings`, and nothing of ours."""
        environment = self.environment(self.final, {"HOME": f"{self.root}/data"}) | dict(settings)
        program = shutil.which(words[0], path=environment["PATH"])
        assert program is not None, f"{words[0]} is not on the image's PATH"
        who = {} if self.uid is None else {"user": self.uid, "group": self.uid, "extra_groups": []}
        return subprocess.Popen(
            [program, *words[1:]],
            cwd=self.mapped(self.final.last("WORKDIR").text),
            env=environment | {"TMPDIR": f"{self.root}/tmp"},
            stdin=subprocess.DEVNULL,
            text=True,
            **who,  # type: ignore[arg-type]
            **streams,  # type: ignore[arg-type]
        )

    def files(self) -> dict[str, tuple[int, int]]:
        """Every file outside /data and /tmp with its time of change and size."""
        found = {}
        for path in self.root.rglob("*"):
            name = path.relative_to(self.root).as_posix()
            if not name.startswith(("data", "tmp")) and not path.is_symlink():
                found[name] = (path.stat().st_mtime_ns, path.stat().st_size)
        return found


def _copy(files: list[str], source: str, target: Path) -> None:
    """COPY of one source out of the build context; a folder's content goes into `target`."""
    found = [name for name in files if name == source or name.startswith(source + "/")]
    assert found, f"COPY {source}: the builder is not sent it"
    for name in found:
        inside = name.removeprefix(source).lstrip("/") or name
        place = target / inside
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, place)


def make() -> Image:
    """An empty folder for the image, and a Python that its user can run.

    Skips (in CI: fails) when we are root and no Python can be run by anybody else.
    """
    user = int(dockerfile.read()[1].last("USER").text.split(":")[0])
    uid = user if os.geteuid() == 0 else None
    candidates = [Path(sys.executable).resolve(), Path("/usr/bin/python3")]
    for candidate in candidates:
        if _runs(candidate, uid):
            root = Path(tempfile.mkdtemp(prefix="incident-bot-image-"))
            root.chmod(0o755)
            return Image(root.resolve(), uid, str(candidate))
    reason = "no Python 3.11 or newer that another user than root can run"
    if os.environ.get("REQUIRE_ALL"):
        pytest.fail(reason)
    pytest.skip(reason)


def _runs(interpreter: Path, uid: int | None) -> bool:
    """Whether this user can run it, it is new enough, and it can make virtual environments."""
    who = {} if uid is None else {"user": uid, "group": uid, "extra_groups": []}
    test = "import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))"
    try:
        done = subprocess.run(
            [str(interpreter), "-c", test],
            cwd="/",
            check=False,
            capture_output=True,
            **who,  # type: ignore[call-overload]
        )
    except OSError:
        return False
    return bool(done.returncode == 0)

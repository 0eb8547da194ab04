"""The Dockerfile as its builder reads it, as far as ours goes; what it cannot read, it refuses."""

import json
import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Step:
    """One instruction: its name in capitals, its flags (`--from=build`), and the rest."""

    name: str
    flags: dict[str, str]
    text: str

    def words(self) -> list[str]:
        """The exec form's words (a JSON list); ValueError for the shell form."""
        words = json.loads(self.text)
        if not isinstance(words, list):
            raise ValueError(f"{self.name} is not in exec form: {self.text}")
        return [str(word) for word in words]

    def pairs(self) -> dict[str, str]:
        """`KEY=value …` of ENV, LABEL and ARG."""
        return dict(word.split("=", 1) for word in shlex.split(self.text))


@dataclass
class Stage:
    """From one FROM to the next; `base` with its ARGs filled in."""

    base: str
    name: str
    steps: list[Step] = field(default_factory=list)

    def of(self, *names: str) -> list[Step]:
        """Its steps of these instructions, in order."""
        return [step for step in self.steps if step.name in names]

    def last(self, name: str) -> Step:
        """The one that counts where the last wins; IndexError when there is none."""
        return self.of(name)[-1]

    def environment(self) -> dict[str, str]:
        """All of its ENV, the later winning."""
        return {key: value for step in self.of("ENV") for key, value in step.pairs().items()}


def steps(text: str) -> list[Step]:
    """Every instruction, with comments dropped and continued lines joined."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\s*\\\n\s*", " ", "\n".join(lines))
    found = []
    for line in filter(None, map(str.strip, joined.splitlines())):
        name, rest = line.split(None, 1)
        flags = {}
        while hit := re.match(r"--([\w-]+)=(\S+)\s+", rest):
            flags[hit[1]] = hit[2]
            rest = rest[hit.end() :]
        found.append(Step(name.upper(), flags, rest.strip()))
    return found


def stages(text: str) -> list[Stage]:
    """The stages in order; a step before the first FROM can only be an ARG with a default."""
    arguments: dict[str, str] = {}
    found: list[Stage] = []
    for step in steps(text):
        if step.name == "FROM":
            base, *named = step.text.split()
            for name, value in arguments.items():
                base = base.replace("${" + name + "}", value)
            if "$" in base:
                raise ValueError(f"FROM names an ARG without a default: {step.text}")
            found.append(Stage(base, named[1] if len(named) == 2 else ""))
        elif found:
            found[-1].steps.append(step)
        else:
            arguments |= step.pairs()
    return found


def read() -> list[Stage]:
    """The stages of our own Dockerfile."""
    return stages((ROOT / "Dockerfile").read_text(encoding="utf-8"))

"""What all bodies of entries have in common."""

from typing import ClassVar, Self

from pydantic import BaseModel, ConfigDict

REDACTED = "[redacted]"


class Told(BaseModel):
    """What happened. `free_text` names the fields that people wrote."""

    model_config = ConfigDict(frozen=True)

    free_text: ClassVar[tuple[str, ...]] = ()

    def scrubbed(self) -> Self:
        """The same body with every free text replaced by `[redacted]`; structure is kept."""
        return self.model_copy(
            update={name: REDACTED for name in self.free_text if getattr(self, name)}
        )

    def texts(self) -> set[str]:
        """What `scrubbed` takes out."""
        return {str(getattr(self, name)) for name in self.free_text if getattr(self, name)}

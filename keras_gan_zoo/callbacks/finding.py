"""What a callback has to say about a training run, in words."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Finding:
    """One thing that goes wrong, and what to do about it.

    Attributes:
        name: The kind, in one word or two, for example `"mode collapse"`.
        epoch: When it was found, counted from 1.
        step: The same in training steps.
        evidence: The numbers that say so.
        cause: What is likely behind it.
        remedy: The first thing to try.
    """

    name: str
    epoch: int
    step: int
    evidence: str
    cause: str
    remedy: str

    def __str__(self) -> str:
        return (
            f"{self.name} (epoch {self.epoch}, step {self.step}): {self.evidence} "
            f"{self.cause} {self.remedy}"
        )

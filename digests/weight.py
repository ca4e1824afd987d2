"""A text -> how many bytes it takes in a mail, in the transfer encoding that takes fewest."""

from dataclasses import dataclass

LINE = 76 / 78
"""Each encoded line of at most 76 characters ends with two more."""


@dataclass(frozen=True, slots=True)
class Weight:
    """Bytes of a part of a mail in either transfer encoding; parts add up."""

    quoted: float = 0
    base64: float = 0

    def __add__(self, other: "Weight") -> "Weight":
        return Weight(self.quoted + other.quoted, self.base64 + other.base64)

    @property
    def least(self) -> int:
        """Bytes in the encoding that takes fewest."""
        return int(min(self.quoted, self.base64)) + 1


def weigh(text: str) -> Weight:
    """Return about how many bytes a text takes, rather too many than too few."""
    whole = len(text.encode("utf-8", "replace"))
    plain = len(text.encode("ascii", "ignore"))
    breaks, signs = text.count("\n"), text.count("=")
    quoted = plain + 3 * (whole - plain) + 2 * signs
    return Weight((quoted * 1.02) / LINE + 3 * breaks, (whole + breaks) * 4 / 3 / LINE + 4)

"""What `check` finds: one thing, where, and what to do about it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found: where, what, and what to do. Not a fault: good to know."""

    about: str
    message: str
    remedy: str = ""
    is_fault: bool = True

    def text(self) -> str:
        """Return it as one line."""
        mark = "!" if self.is_fault else "·"
        return f"{mark} {self.about}: {self.message}" + (f"; {self.remedy}" if self.remedy else "")

"""What a sync makes by the hundred thousand: frozen dataclasses that take no time to make.

For mypy `made_often` is `dataclass`, and so nobody changes one. That Python holds it once more
would make each take five times as long, and a large sync a tenth longer.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

__all__ = ["made_often"]

if TYPE_CHECKING:
    from dataclasses import dataclass as made_often
else:

    def made_often(*, frozen: bool, slots: bool):
        """Return what makes a class a dataclass that is frozen for mypy alone."""
        return dataclass(slots=slots, unsafe_hash=frozen)

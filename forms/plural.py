"""A count -> itself and its noun, for lines that are not translated."""


def counted(count: int, noun: str, many: str = "") -> str:
    """Return such as `1 report` or `2 people`; `many` when an s is not enough."""
    return f"{count:,} {noun if count == 1 else many or f'{noun}s'}"

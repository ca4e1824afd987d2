"""A mark -> the history of its rows: whatever becomes of them is said in the trail, at once."""

from dataclasses import dataclass, field

from tests.simulation.world import World


@dataclass(slots=True)
class Followed:
    """The rows of Reports that hold a mark, as they were last seen."""

    world: World
    mark: str
    rows: list[str] = field(default_factory=list)

    def look(self) -> None:
        """Say what changed since the last look; rows that only went elsewhere did not change."""
        rows = self._rows()
        for line in sorted({*self.rows} - {*rows}):
            self.world.machine.says(f"{self}: no more {line}")
        for line in sorted({*rows} - {*self.rows}):
            self.world.machine.says(f"{self}: {line}")
        self.rows = rows

    def _rows(self) -> list[str]:
        sheet = self.world.papers["Reports"].sheet
        texts = [[str(cell.value or "") for cell in row if cell] for row in sheet.rows]
        here = [row for row in texts if any(f"{self}," in text for text in row)]
        return [repr(sorted(filter(None, row))) for row in here]

    def __str__(self) -> str:
        return f"note {self.mark}"

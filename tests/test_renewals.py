"""When people were asked whether they are still in, on either database."""

from datetime import date
from pathlib import Path

from sheets_sync.state import open_state

MONDAY, LATER = date(2026, 11, 23), date(2027, 11, 22)


def test_each_day_of_asking_is_kept_once(state_url: str, tmp_path: Path):
    state = open_state(state_url, folder=tmp_path, create=True)
    state.renewals.record(["p-ana", "p-ben"], MONDAY)
    state.renewals.record(["p-ben", "p-ben", "p-cho"], MONDAY)
    state.renewals.record(["p-ana"], LATER)
    state.renewals.record([], LATER)

    assert state.renewals.asked() == {
        "p-ana": (MONDAY, LATER),
        "p-ben": (MONDAY,),
        "p-cho": (MONDAY,),
    }
    state.close()

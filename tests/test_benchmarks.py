"""The measurements of mail still measure: each takes a small turn."""

from benchmarks import freezing, mailing
from tests.test_lines import Pipelined, pipelined


def test_a_turn_of_sending_and_one_of_freezing(tmp_path):
    server = Pipelined()
    with pipelined(server) as port:
        sending = mailing.ours(str(tmp_path / "sending"), str(port), "2", "6")
        rates = [next(sending) for _ in range(2)]
        sending.close()
    seconds = [
        next(way(str(tmp_path / way.__name__), "6")) for way in (freezing.ours, freezing.plain)
    ]

    assert min(*rates, *seconds) > 0
    assert len(server.taken) == 12
    assert 30_000 < len(server.taken[0]) < 60_000

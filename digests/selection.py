"""An issue's stock and what each subscriber had -> an edition for each, or nothing.

Pure: what was already sent and what time it is are arguments.
"""

from collections.abc import Collection, Iterable

from digests.edition import DigestRules, Edition, Past, Selection, Stock
from digests.subscribers import Subscriber


def select(stock: Stock, subscriber: Subscriber, past: Past, rules: DigestRules) -> Edition | None:
    """Return this subscriber's edition, or None when there is nothing for them."""
    return next(iter(select_all(stock, [subscriber], past, rules).editions), None)


def select_all(
    stock: Stock, subscribers: Iterable[Subscriber], past: Past, rules: DigestRules
) -> Selection:
    """Return the whole issue. Those who want the same share one Content."""
    raise NotImplementedError


def select_again(
    stock: Stock, subscriber: Subscriber, reports: Collection[str], rules: DigestRules
) -> Edition | None:
    """Return an edition of just these reports as far as they still are in stock.

    For a frozen mail from which a report was taken back; marks and filters do not matter.
    """
    raise NotImplementedError

"""The addresses that mail is from -> Findings: what DNS says of who may send for them.

Without SPF and DMARC big mail providers put the digest among the spam, or refuse it.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from email.utils import parseaddr

from dns.exception import DNSException
from dns.name import EmptyLabel, LabelTooLong
from dns.resolver import NXDOMAIN, NoAnswer, Resolver

from sheets_sync.findings import Finding
from sheets_sync.project import Project

SECONDS = 4.0
NOBODYS = (
    ".example.org",
    ".example.com",
    ".example.net",
    ".example",
    ".invalid",
    ".localhost",
    ".test",
)
FAULTS = (DNSException, EmptyLabel, LabelTooLong, OSError)


def look_at_records(
    project: Project, _now: datetime, resolver: Resolver | None = None
) -> Iterator[Finding]:
    """Look up SPF and DMARC of the mail's domains, when mail leaves at all."""
    mail = project.settings.mail
    domain, returns = _domain(mail.sender), _domain(mail.bounces or mail.sender)
    if mail.url.startswith("folder:") or _is_nobodys(domain):
        return
    yield from records(domain, returns, resolver)


def records(domain: str, returns: str, resolver: Resolver | None = None) -> Iterator[Finding]:
    """Say what is wrong with SPF of the domain that mail returns to, and DMARC of the sender's."""
    try:
        looks_up = resolver or _resolver()
        yield from _spf(returns, _texts(looks_up, returns))
        if returns != domain:
            yield from _spf(domain, _texts(looks_up, domain))
        yield from _dmarc(domain, looks_up)
    except FAULTS as error:
        yield Finding(
            "mail.sender",
            f"SPF and DMARC of {domain} could not be looked up ({type(error).__name__})",
            "try again where the network's name service can be reached",
            is_fault=False,
        )


def _resolver() -> Resolver:
    found = Resolver()
    found.lifetime = SECONDS
    return found


def _spf(domain: str, texts: Sequence[str]) -> Iterator[Finding]:
    found = [text for text in texts if text.casefold().split(" ")[0] == "v=spf1"]
    place = f"SPF of {domain}"
    wanted = "v=spf1 include:YOUR-RELAY ~all, with the words that your relay's pages give"
    if not found:
        yield Finding(place, "there is none", f"publish the TXT record {wanted}")
    elif len(found) > 1:
        yield Finding(place, f"there are {len(found)}, and then none counts", "join them into one")
    elif found[0].casefold().split()[-1] in ("+all", "all"):
        yield Finding(place, "it lets anybody send", "end it with ~all or -all")
    else:
        yield Finding(place, found[0], is_fault=False)


def _dmarc(domain: str, resolver: Resolver) -> Iterator[Finding]:
    place = f"DMARC of {domain}"
    for parent in _upwards(domain):
        texts = _texts(resolver, f"_dmarc.{parent}")
        found = [text for text in texts if text.replace(" ", "").casefold().startswith("v=dmarc1")]
        if len(found) > 1:
            yield Finding(place, f"there are {len(found)}, and then none counts", "keep one")
            return
        if found:
            yield Finding(place, found[0], is_fault=False)
            return
    yield Finding(
        place,
        "there is none",
        f"publish the TXT record v=DMARC1; p=none; rua=mailto:YOU@{domain} at _dmarc.{domain}",
    )


def _upwards(domain: str) -> Iterator[str]:
    """Return a domain and those above it, but for the top: the nearest policy counts."""
    labels = domain.split(".")
    for at in range(len(labels) - 1):
        yield ".".join(labels[at:])


def _texts(resolver: Resolver, name: str) -> list[str]:
    """Return the texts at a name; raises DNSException when nobody answers."""
    try:
        answer = resolver.resolve(name, "TXT", search=False)
    except (NXDOMAIN, NoAnswer):
        return []
    return [b"".join(one.strings).decode("utf-8", "replace") for one in answer]


def _is_nobodys(domain: str) -> bool:
    """Tell whether nobody can own a domain (RFC 2606); such are in settings that are not done."""
    return "." not in domain or f".{domain}".endswith(NOBODYS)


def _domain(mailbox: str) -> str:
    domain = parseaddr(mailbox)[1].rpartition("@")[2]
    try:
        return domain.encode("idna").decode("ascii").casefold()
    except UnicodeError:
        return domain.casefold()

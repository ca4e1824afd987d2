"""A Letter -> a folder or a mail server, and what became of it. The one home of smtplib.

Up to the final dot nothing is delivered, and the sender may try again; after it only the
server's answer tells. `before_dot` is called just between, so that this can be recorded.
"""

import re
import smtplib
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import unquote, urlsplit

from digests.folder import Folder
from digests.transport import Broken, Letter, Refused, Transport, Unclear, Unreachable

SECONDS = 60.0
SECONDS_FOR_THE_DOT = 600.0
"""A server may take ten minutes to take a mail in (RFC 5321, 4.5.3.2.6)."""
FULL_STOP = re.compile(rb"^\.", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server, and how to talk to it."""

    host: str
    port: int
    user: str = ""
    password: str = ""
    tls: bool = False
    """TLS from the first byte; otherwise STARTTLS."""
    insecure: bool = False
    """Neither: for a relay on this very machine only."""
    seconds: float = SECONDS
    seconds_for_the_dot: float = SECONDS_FOR_THE_DOT

    def __repr__(self) -> str:
        """Return where it is; never the password."""
        return f"Server({self.host}:{self.port})"


class Smtp:
    """Sends letters over one connection, which stays open until it breaks or is closed."""

    def __init__(self, server: Server, context: ssl.SSLContext | None = None) -> None:
        self._server = server
        self._context = context or ssl.create_default_context()
        self._client: smtplib.SMTP | None = None

    def send(self, letter: Letter, *, before_dot: Callable[[], None]) -> str:
        """Send one letter; connects first when there is no connection."""
        client = self._client or self._connect()
        try:
            self._announce(client, letter)
            client.send(_body(letter.message))
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            self._forget()
            raise Broken(f"the connection to {self._where} broke ({error})") from error
        before_dot()
        return self._finish(client)

    def close(self) -> None:
        """Say goodbye, if there is somebody to say it to."""
        client, self._client = self._client, None
        if client is not None:
            with suppress(smtplib.SMTPException, OSError):
                client.quit()
            client.close()

    @property
    def _where(self) -> str:
        return f"{self._server.host}:{self._server.port}"

    def _connect(self) -> smtplib.SMTP:
        server = self._server
        client: smtplib.SMTP | None = None
        try:
            client = self._dial()
            if not (server.tls or server.insecure):
                # Whatever the server says it offers: it raises when there is no TLS (fault 69).
                client.starttls(context=self._context)
            client.ehlo_or_helo_if_needed()
            if server.user:
                client.login(server.user, server.password)
        except BaseException as error:
            if client is not None:
                client.close()
            if isinstance(error, smtplib.SMTPException | OSError | ValueError):
                raise Unreachable(f"{self._where}: {_why(error)}") from error
            raise
        self._client = client
        return client

    def _dial(self) -> smtplib.SMTP:
        server = self._server
        if server.tls:
            return smtplib.SMTP_SSL(
                server.host, server.port, timeout=server.seconds, context=self._context
            )
        return smtplib.SMTP(server.host, server.port, timeout=server.seconds)

    def _announce(self, client: smtplib.SMTP, letter: Letter) -> None:
        code, words = self._ask(client.mail, letter.sender, _options(client, letter))
        if code // 100 == 5:
            # It concerns every letter: none of them may be given up for it.
            self.close()
            raise Unreachable(f"{self._where} refuses {letter.sender}: {_words(code, words)}")
        self._check(client, code, words)
        self._check(client, *self._ask(client.rcpt, letter.address))
        self._check(client, *client.docmd("DATA"), wanted=3)

    def _ask(
        self, command: Callable[..., tuple[int, bytes]], *given: str | list[str]
    ) -> tuple[int, bytes]:
        try:
            return command(*given)
        except ValueError as error:
            raise Refused(f"not an address: {error}", permanent=True) from error

    def _check(self, client: smtplib.SMTP, code: int, words: bytes, wanted: int = 2) -> None:
        if code // 100 == wanted:
            return
        if code == 421:
            self._forget()
            raise Broken(f"{self._where} closed the connection: {_words(code, words)}")
        try:
            client.rset()
        except (smtplib.SMTPException, OSError):
            self._forget()
        raise Refused(_words(code, words), permanent=code // 100 == 5)

    def _finish(self, client: smtplib.SMTP) -> str:
        try:
            if client.sock is not None:
                client.sock.settimeout(self._server.seconds_for_the_dot)
            client.send(b".\r\n")
            code, words = client.getreply()
            if client.sock is not None:
                client.sock.settimeout(self._server.seconds)
        except (smtplib.SMTPException, OSError) as error:
            self._forget()
            raise Unclear(f"{self._where} did not answer to the end of the mail") from error
        if code == 421:
            self._forget()
        if code // 100 != 2:
            raise Refused(_words(code, words), permanent=code // 100 == 5)
        return _words(code, words)

    def _forget(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.close()


def open_transport(
    url: str,
    *,
    folder: Path,
    password: str = "",
    allow_insecure: bool = False,
    context: ssl.SSLContext | None = None,
) -> Transport:
    """Return the transport that `mail.url` names; raises Unreachable when it names none."""
    if url.startswith("folder:"):
        return Folder(folder / url.removeprefix("folder:"))
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or parts.password:
        raise Unreachable(
            f"mail.url = {_without_password(url)!r} is not a way to send; write folder:outbox, "
            "smtp://user@host:587 or smtps://user@host:465 (the password goes into "
            "TIDINGS_MAIL_PASSWORD)"
        )
    if allow_insecure and not _is_loopback(parts.hostname):
        raise Unreachable(
            f"mail.allow_insecure is for a relay on this very machine; {parts.hostname} is not. "
            "Remove it"
        )
    tls = parts.scheme == "smtps"
    server = Server(
        host=parts.hostname,
        port=parts.port or (465 if tls else 587),
        user=unquote(parts.username or ""),
        password=password,
        tls=tls,
        insecure=allow_insecure and not tls,
    )
    return Smtp(server, context)


def _options(client: smtplib.SMTP, letter: Letter) -> list[str]:
    if letter.address.isascii():
        return []
    # The local part is not ASCII; the domain always travels in its ASCII form (fault 71).
    if not client.has_extn("smtputf8"):
        raise Refused(
            f"the server cannot send to {letter.address}: it does not offer SMTPUTF8",
            permanent=True,
        )
    return ["SMTPUTF8", "BODY=8BITMIME"]


def _body(message: bytes) -> bytes:
    """Return a message as it follows DATA, without the final dot."""
    return FULL_STOP.sub(b"..", message) + (b"" if message.endswith(b"\r\n") else b"\r\n")


def _words(code: int, words: bytes) -> str:
    """Return a server's answer on one line, safe to print."""
    text = words.decode("utf-8", "replace")
    return f"{code} {''.join(c if c.isprintable() else ' ' for c in text)}"[:500]


def _why(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        return _words(error.smtp_code, said if isinstance(said, bytes) else said.encode())
    if isinstance(error, ssl.SSLError):
        return f"its certificate or encryption cannot be trusted ({error})"
    return str(error) or type(error).__name__


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _without_password(url: str) -> str:
    return re.sub(r"(//[^:@/]*):.*@", r"\1:...@", url)

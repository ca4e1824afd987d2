"""A URL -> a folder, or connections to a mail server. The home of smtplib, with `send_line`.

Up to the final dot nothing is delivered, and the sender may try again; after it only the
server's answer tells.
"""

import re
import smtplib
import socket
import ssl
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import unquote, urlsplit

from digests.folder import Folder
from digests.send_line import SmtpLine, words
from digests.transport import Transport, Unreachable

SECONDS = 60.0
SECONDS_FOR_THE_DOT = 600.0
"""A server may take ten minutes to take a mail in (RFC 5321, 4.5.3.2.6)."""


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server, and how to talk to it."""

    host: str
    port: int
    user: str = ""
    password: str = ""
    tls: bool = False
    """TLS from the first byte; otherwise STARTTLS."""
    connections: int = 1
    """So many at once at most."""
    insecure: bool = False
    """Neither: for a relay on this very machine only."""
    seconds: float = SECONDS
    seconds_for_the_dot: float = SECONDS_FOR_THE_DOT

    def __repr__(self) -> str:
        """Return where it is; never the password."""
        return f"Server({self.host}:{self.port})"


class Smtp:
    """Opens connections to one server."""

    def __init__(self, server: Server, context: ssl.SSLContext | None = None) -> None:
        self._server = server
        self._context = context or ssl.create_default_context()
        self.most = server.connections

    def open(self) -> SmtpLine:
        """Connect, encrypt and log in; raises Unreachable."""
        server = self._server
        where = f"{server.host}:{server.port}"
        client: smtplib.SMTP | None = None
        try:
            client = self._dial()
            if not (server.tls or server.insecure):
                # Whatever the server says it offers: it raises when there is no TLS (fault 69).
                client.starttls(context=self._context)
            client.ehlo_or_helo_if_needed()
            if server.user:
                client.login(server.user, server.password)
            return self._line(client, where)
        except BaseException as error:
            if client is not None:
                client.close()
            if isinstance(error, smtplib.SMTPException | OSError | ValueError):
                raise Unreachable(f"{where}: {_why(error)}") from error
            raise

    def _dial(self) -> smtplib.SMTP:
        server = self._server
        if server.tls:
            return smtplib.SMTP_SSL(
                server.host, server.port, timeout=server.seconds, context=self._context
            )
        return smtplib.SMTP(server.host, server.port, timeout=server.seconds)

    def _line(self, client: smtplib.SMTP, where: str) -> SmtpLine:
        if client.sock is None:
            raise OSError("the connection is gone")
        # The end of a mail must not wait until its body is acknowledged.
        client.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        server = self._server
        return SmtpLine(
            client,
            client.sock,
            where,
            seconds=server.seconds,
            seconds_for_the_dot=server.seconds_for_the_dot,
        )


def open_transport(
    url: str,
    *,
    folder: Path,
    password: str = "",
    allow_insecure: bool = False,
    connections: int = 1,
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
        connections=connections,
        insecure=allow_insecure and not tls,
    )
    return Smtp(server, context)


def _why(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        return words(error.smtp_code, said if isinstance(said, bytes) else said.encode())
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

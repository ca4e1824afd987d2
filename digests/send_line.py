"""An open connection to a mail server -> letters over it, without ever waiting (RFC 5321).

smtplib has connected, encrypted and logged in; from there on the talk goes on over its socket, so
that one thread serves many connections, and so that commands travel together where the server
offers PIPELINING (RFC 2920).
"""

import re
import smtplib
import socket
import ssl
import time
from collections import deque
from contextlib import suppress

from digests.transport import Broken, Letter, Refused, SendError, Stage, Unclear, Unreachable

PIECE = 65536
LONGEST_ANSWER = 1 << 20
NOT_IN_A_COMMAND = re.compile(r"[\x00-\x20\x7f<>]")
WAITING = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class SmtpLine:
    """Carries one letter at a time; closed by whatever leaves its state in doubt."""

    def __init__(
        self,
        client: smtplib.SMTP,
        connected: socket.socket,
        where: str,
        *,
        seconds: float,
        seconds_for_the_dot: float,
    ) -> None:
        self._socket = connected
        self._client = client
        self._where = where
        self._seconds = seconds
        self._seconds_for_the_dot = seconds_for_the_dot
        self._together = client.has_extn("pipelining")
        self._out = memoryview(b"")
        self._in = bytearray()
        self._letter = Letter("", "", "", b"")
        self._following: Letter | None = None
        self._following_refusal: Refused | None = None
        self._to_ask: deque[tuple[str, bytes]] = deque()
        self._asked: deque[str] = deque()
        self._refusal: Refused | None = None
        self._unfinished = False
        """Whether a refused letter must be forgotten (RSET) before the next one."""
        self._body_is_out = False
        self._deadline = 0.0
        self._socket.setblocking(False)
        self.is_open = True
        self.words = ""

    @property
    def wants_to_write(self) -> bool:
        """Whether something waits to be written."""
        return bool(self._out)

    @property
    def seconds_left(self) -> float:
        """How long the server may still take."""
        return self._deadline - time.monotonic()

    @property
    def pipelines(self) -> bool:
        """Whether the server takes the next letter's commands together with a final dot."""
        return self._together

    def fileno(self) -> int:
        """Return the socket to wait for; -1 when it can go on with what it has heard."""
        if self._end_of_answer() or (self._refusal is not None and not self._asked):
            return -1
        return self._socket.fileno()

    def begin(self, letter: Letter) -> None:
        """Say all commands of a letter, or the first one; what is wrong comes out at `advance`."""
        self._letter, self._refusal, self._body_is_out, self.words = letter, None, False, ""
        try:
            commands = self._commands(letter)
        except Refused as error:
            self._refusal = error
            return
        self._to_ask.extend(commands)
        self._ask()

    def end(self, following: Letter | None = None) -> None:
        """Say the final dot, and all commands of the next letter with it (RFC 2920, 3.1)."""
        self._asked.append("dot")
        self._unfinished = False
        self._following, self._following_refusal = following, None
        commands: list[tuple[str, bytes]] = []
        if following is not None:
            try:
                commands = self._commands(following)
            except Refused as error:
                self._following_refusal = error
        self._asked.extend(kind for kind, _ in commands)
        said = b"".join([b".\r\n", *(command for _, command in commands)])
        self._say(said, self._seconds_for_the_dot)

    def advance(self) -> Stage:
        """Write and read what goes without waiting, and say how far the letter is."""
        try:
            return self._advance()
        except OSError as error:
            raise self._lost(f"the connection to {self._where} broke ({error})") from error

    def close(self, *, politely: bool = True) -> None:
        """Say goodbye where the server is not in the middle of a letter; hang up."""
        polite = politely and self.is_open and not self._out and not self._asked
        self.is_open = False
        if polite and not self._body_is_out:
            with suppress(smtplib.SMTPException, OSError):
                self._socket.settimeout(self._seconds)
                self._client.quit()
        self._client.close()

    def _advance(self) -> Stage:
        self.words = ""
        if self._refusal is not None and not self._asked:
            raise self._refusal
        self._write()
        if self._body_is_out and not self._asked:
            return self._at_dot()
        while self._asked:
            answer = self._answer() or (self._read() and self._answer())
            if not answer:
                break
            self._understand(self._asked.popleft(), *answer)
            if self.words:
                return Stage.TAKEN
            if self._body_is_out:
                return self._at_dot()
        if self.seconds_left < 0:
            raise self._lost(f"{self._where} did not answer in time")
        return Stage.TALKING

    def _at_dot(self) -> Stage:
        self._write()
        return Stage.TALKING if self._out else Stage.AT_DOT

    def _commands(self, letter: Letter) -> list[tuple[str, bytes]]:
        options = self._options(letter)
        commands = [("rset", b"RSET\r\n")] if self._unfinished else []
        return [
            *commands,
            ("mail", _command("MAIL FROM", letter.sender, options)),
            ("rcpt", _command("RCPT TO", letter.address)),
            ("data", b"DATA\r\n"),
        ]

    def _options(self, letter: Letter) -> str:
        if letter.address.isascii():
            return ""
        # The local part is not ASCII; the domain always travels in its ASCII form (fault 71).
        if not self._client.has_extn("smtputf8"):
            raise Refused(
                f"the server cannot send to {letter.address}: it does not offer SMTPUTF8",
                permanent=True,
            )
        return " SMTPUTF8 BODY=8BITMIME"

    def _ask(self) -> None:
        """Say the next command, or all of them where the server takes them together."""
        asked = list(self._to_ask) if self._together else [self._to_ask[0]]
        for kind, _ in asked:
            self._to_ask.popleft()
            self._asked.append(kind)
        self._say(b"".join(command for _, command in asked), self._seconds)

    def _say(self, said: bytes, seconds: float) -> None:
        self._deadline = time.monotonic() + seconds
        self._out = memoryview(bytes(self._out) + said if self._out else said)
        # A connection that broke meanwhile is found by `advance`.
        with suppress(OSError):
            self._write()

    def _write(self) -> None:
        while self._out:
            try:
                sent = self._socket.send(self._out)
            except WAITING:
                return
            self._out = self._out[sent:]
            # As long as the server reads, it lives.
            self._deadline = max(self._deadline, time.monotonic() + self._seconds)

    def _read(self) -> bool:
        """Read what there is; False when there is nothing yet."""
        try:
            piece = self._socket.recv(PIECE)
        except WAITING:
            return False
        if not piece:
            raise self._lost(f"{self._where} hung up")
        self._in += piece
        if len(self._in) > LONGEST_ANSWER:
            raise self._lost(f"{self._where} does not stop talking")
        return True

    def _end_of_answer(self) -> int:
        """Return where the next whole answer of the server ends; 0 while there is none."""
        at = 0
        while (end := self._in.find(b"\n", at)) >= 0:
            if self._in[at + 3 : at + 4] != b"-":
                return end + 1
            at = end + 1
        return 0

    def _answer(self) -> tuple[int, bytes] | None:
        """Return the next whole answer of the server; None while there is none."""
        end = self._end_of_answer()
        if not end:
            return None
        said = bytes(self._in[:end]).splitlines()
        del self._in[:end]
        if not said[-1][:3].isdigit():
            raise self._lost(f"{self._where} says what is no answer: {words(0, said[-1])}")
        return int(said[-1][:3]), b" ".join(line[4:].strip() for line in said)

    def _understand(self, kind: str, code: int, said: bytes) -> None:
        if kind == "dot":
            self._understand_end(code, said)
        elif code == 421:
            raise self._lost(f"{self._where} closed the connection: {words(code, said)}")
        elif kind == "mail" and code // 100 == 5:
            # It concerns every letter: none of them may be given up for it.
            self.close(politely=False)
            raise Unreachable(f"{self._where} refuses {self._letter.sender}: {words(code, said)}")
        elif kind == "data":
            self._understand_data(code, said)
        elif code // 100 == 2:
            self._unfinished = kind != "rset"
            if self._to_ask:
                self._ask()
        else:
            self._refuse(code, said)

    def _understand_data(self, code: int, said: bytes) -> None:
        if code // 100 != 3:
            self._refuse(code, said)
        elif self._refusal is not None:
            # It waits for a letter that has nowhere to go; better none than an empty one.
            self.close(politely=False)
            raise self._refusal
        else:
            self._say(body(self._letter.message), self._seconds)
            self._body_is_out = True

    def _understand_end(self, code: int, said: bytes) -> None:
        self._body_is_out = False
        if self._following is not None:
            self._letter, self._refusal = self._following, self._following_refusal
            self._following = None
        self._deadline = time.monotonic() + self._seconds
        if code == 421:
            self.close(politely=False)
        if code // 100 != 2:
            raise Refused(words(code, said), permanent=code // 100 == 5)
        self.words = words(code, said)

    def _refuse(self, code: int, said: bytes) -> None:
        """Note what was refused first; raised once all that was asked is answered."""
        self._unfinished = True
        self._to_ask.clear()
        if self._refusal is None:
            self._refusal = Refused(words(code, said), permanent=code // 100 == 5)
        if not self._asked:
            raise self._refusal

    def _lost(self, why: str) -> SendError:
        """Return that the connection is of no use any more, and what this means for the letter."""
        said_dot = "dot" in self._asked
        self.close(politely=False)
        if said_dot:
            return Unclear(f"{self._where} did not answer to the end of the mail ({why})")
        return Broken(why)


def body(message: bytes) -> bytes:
    """Return a message as it follows DATA, without the final dot."""
    stuffed = message.replace(b"\n.", b"\n..")
    if stuffed.startswith(b"."):
        stuffed = b"." + stuffed
    return stuffed if stuffed.endswith(b"\r\n") else stuffed + b"\r\n"


def words(code: int, said: bytes) -> str:
    """Return a server's answer on one line, safe to print."""
    text = said.decode("utf-8", "replace")
    return f"{code} {''.join(c if c.isprintable() else ' ' for c in text)}"[:500]


def _command(verb: str, address: str, options: str = "") -> bytes:
    if NOT_IN_A_COMMAND.search(address) or not address.strip("<>"):
        raise Refused(f"not an address: {address!r}", permanent=True)
    return f"{verb}:<{address}>{options}\r\n".encode()

"""A PostgreSQL server of the tests' own, in a temporary folder: run by an ordinary user, ended by
its process id.

It forgets to flush the disk: what the tests kill are processes, and the system lives on.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg
import trustme

USER = "tidings"
DATABASE = "tidings"
SECONDS = 30
SETTINGS = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
synchronous_commit = on
shared_buffers = 32MB
max_connections = 60
log_min_messages = fatal
logging_collector = off
"""


def programs() -> Path | None:
    """Return the folder with PostgreSQL's programs, the newest where there are several."""
    on_debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=_version)
    found = shutil.which("postgres")
    if on_debian:
        return on_debian[-1].parent
    return Path(found).resolve().parent if found else None


def _version(program: Path) -> int:
    return int(program.parent.parent.name)


FORGETFUL = """
fsync = off
full_page_writes = off
"""


@dataclass
class Server:
    """One server; it may be stopped, killed and started again."""

    programs: Path
    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None
    numbers: Iterator[int] = field(default_factory=count)

    def url(self, schema: str = "") -> str:
        """Return what `state` in the settings would say; a schema of its own for each."""
        schema = schema or f"tidings_{os.getpid()}_{next(self.numbers)}"
        return f"postgresql+psycopg://{USER}@127.0.0.1:{self.port}/{DATABASE}?schema={schema}"

    def connect(self, database: str = DATABASE) -> "psycopg.Connection[tuple[object, ...]]":
        """Look behind the state."""
        return psycopg.connect(
            host="127.0.0.1", port=self.port, user=USER, dbname=database, autocommit=True
        )

    def start(self) -> None:
        """Start the server, and wait until it answers."""
        options = ["-D", str(self.folder / "data"), "-p", str(self.port)]
        log = (self.folder / "log").open("ab")
        with log:
            self.process = subprocess.Popen(
                [*_as_ordinary_user(), str(self.programs / "postgres"), *options],
                cwd=self.folder,
                stdout=log,
                stderr=log,
            )
        until = time.monotonic() + SECONDS
        while not self._answers():
            words = (self.folder / "log").read_text("utf-8", "replace")
            assert self.process.poll() is None, words
            assert time.monotonic() < until, words
            time.sleep(0.02)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End the server: SIGINT ends its connections, SIGQUIT is as a crash."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(SECONDS)
            self.process = None

    @contextmanager
    def encrypting(self, certificate: trustme.LeafCert) -> Iterator[None]:
        """Offer TLS meanwhile."""
        for name, pem in (
            ("server.crt", certificate.cert_chain_pems[0]),
            ("server.key", certificate.private_key_pem),
        ):
            path = self.folder / "data" / name
            path.touch(mode=0o600)
            pem.write_to_path(path)
            owner = (self.folder / "data").stat()
            os.chown(path, owner.st_uid, owner.st_gid)
        self.set("ssl = on")
        try:
            yield
        finally:
            self.set("ssl = off")

    def set(self, setting: str) -> None:
        """Change a setting of the running server, and wait until it holds."""
        name, _, value = setting.partition(" = ")
        with self.connect() as admin:
            admin.execute(f"ALTER SYSTEM SET {setting}")
            admin.execute("SELECT pg_reload_conf()")
        until = time.monotonic() + SECONDS
        while self._shown(name) != value:
            assert time.monotonic() < until
            time.sleep(0.02)

    def _shown(self, name: str) -> object:
        with self.connect() as admin:
            (shown,) = admin.execute(f"SHOW {name}").fetchone() or (None,)
        return shown

    def _answers(self) -> bool:
        try:
            self.connect("postgres").close()
        except psycopg.OperationalError:
            return False
        return True


@contextmanager
def serving(found: Path, *, durable: bool = False) -> Iterator[Server]:
    """Make a database cluster, run its server, and leave nothing behind."""
    folder = Path(tempfile.mkdtemp(prefix="tidings-postgresql-"))
    server = Server(found, folder, free_port())
    try:
        if os.getuid() == 0:
            user = _ordinary_user()
            os.chown(folder, user.pw_uid, user.pw_gid)
        options = ["--no-sync", "--auth=trust", f"--username={USER}", "--encoding=UTF8"]
        command = [str(found / "initdb"), *options, "--locale=C", "-D", str(folder / "data")]
        subprocess.run(
            [*_as_ordinary_user(), *command], cwd=folder, check=True, capture_output=True
        )
        with (folder / "data" / "postgresql.conf").open("a") as file:
            file.write(SETTINGS + ("" if durable else FORGETFUL))
        allowed = folder / "data" / "pg_hba.conf"
        allowed.write_text(f"host all locked 127.0.0.1/32 scram-sha-256\n{allowed.read_text()}")
        server.start()
        with server.connect("postgres") as connection:
            connection.execute(f"CREATE DATABASE {DATABASE}")
        yield server
    finally:
        server.stop(signal.SIGQUIT)
        shutil.rmtree(folder)


def _ordinary_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def _as_ordinary_user() -> list[str]:
    """PostgreSQL refuses to be run by root; and nobody needs it longer than the tests."""
    program = ["setpriv", "--pdeathsig", "QUIT"]
    if os.getuid():
        return program
    user = _ordinary_user()
    return [*program, f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])

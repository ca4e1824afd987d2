"""The end of a run -> one request to a service that watches for silence; its failure is a note."""

from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

SECONDS = 10.0


def beat(url: str, *, failed: bool) -> str:
    """Ask the address, or its `/fail` after a run that could not finish; returns a note, or "".

    Neither the address nor the answer is repeated: whoever knows it can say that all is well.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    place = (parts.path + "/fail" if failed else parts.path) or "/"
    secure = parts.scheme == "https"
    kind = HTTPSConnection if secure else HTTPConnection
    connection = kind(host, parts.port, timeout=SECONDS)
    try:
        connection.request("GET", place + (f"?{parts.query}" if parts.query else ""))
        status = connection.getresponse().status
    except (OSError, HTTPException, ValueError) as error:
        why = getattr(error, "strerror", None) or type(error).__name__
        return f"the heartbeat did not reach {host} ({why}); the run itself is not touched by it"
    finally:
        connection.close()
    if 200 <= status < 300:
        return ""
    return f"{host} answered {status} to the heartbeat; look at community.heartbeat_url"

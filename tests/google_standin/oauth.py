"""A JWT grant → an access token, or OAuth's own kind of refusal."""

import base64
import json
import re
import time
from functools import cache
from typing import Any
from urllib.parse import parse_qs

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.google_standin.wire import Request, Response, Route
from tests.google_standin.world import SERVICE_ACCOUNT, World

AUDIENCE = "https://oauth2.googleapis.com/token"
"""What google-auth names, wherever the grant goes."""
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
AUDIENCE = "https://oauth2.googleapis.com/token"
"""Whom google-auth addresses, whatever the key file's `token_uri` is."""
KEY_ID = "0123456789abcdef0123456789abcdef01234567"


def service_account(world: World, token_uri: str) -> dict[str, str]:
    """Return the file of a service account whose grants this world verifies."""
    world.public_keys[KEY_ID] = _key().public_key()
    pem = _key().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return {
        "type": "service_account",
        "project_id": "tidings-test",
        "private_key_id": KEY_ID,
        "private_key": pem.decode(),
        "client_email": SERVICE_ACCOUNT,
        "client_id": "100000000000000000001",
        "token_uri": token_uri,
    }


@cache
def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def token(world: World, request: Request) -> object:
    """Return an access token for a well-formed, well-signed grant."""
    form = parse_qs(request.body.decode())
    if form.get("grant_type") != [GRANT] or "assertion" not in form:
        return _refused("unsupported_grant_type", "Invalid grant_type.")
    try:
        header, claims = _read(form["assertion"][0])
    except (ValueError, KeyError):
        return _refused("invalid_grant", "Bad Request")
    fault = _fault(world, form["assertion"][0], header, claims, request)
    if fault:
        return _refused("invalid_grant", fault)
    name = f"ya29.{world.new_id()}"
    world.tokens[name] = (claims["iss"], claims["scope"])
    return {"access_token": name, "expires_in": 3599, "token_type": "Bearer"}


def _read(assertion: str) -> tuple[dict[str, Any], dict[str, Any]]:
    header, claims, _ = assertion.split(".")
    return json.loads(_decoded(header)), json.loads(_decoded(claims))


def _fault(
    world: World, assertion: str, header: dict[str, Any], claims: dict[str, Any], request: Request
) -> str:
    if header.get("alg") != "RS256" or header.get("typ") != "JWT":
        return "Invalid JWT: its header must name RS256."
    if {"iss", "scope", "aud", "iat", "exp"} - claims.keys() or not claims["scope"]:
        return "Invalid JWT: a required claim is missing."
    if claims["aud"] not in (AUDIENCE, f"http://{request.headers.get('host')}/token"):
        return "Invalid JWT: Failed audience check."
    # The grant carries the machine's time, whatever clock the test holds.
    if not claims["iat"] - 300 <= time.time() <= claims["exp"] <= claims["iat"] + 3600:
        return (
            "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable "
            "timeframe. Check your iat and exp values in the JWT claim."
        )
    if world.public_keys and not _is_signed(world, assertion, header):
        return "Invalid JWT Signature."
    return ""


def _is_signed(world: World, assertion: str, header: dict[str, Any]) -> bool:
    key = world.public_keys.get(header.get("kid", ""))
    if key is None:
        return False
    signed, _, signature = assertion.rpartition(".")
    try:
        key.verify(_decoded(signature), signed.encode(), padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _refused(error: str, description: str) -> Response:
    return Response(400, {"error": error, "error_description": description})


ROUTES = (Route("POST", re.compile("/token"), token),)

"""A request → nothing, or the refusal of who may not ask."""

from tests.google_standin.wire import ApiError, Request
from tests.google_standin.world import World

APIS = {"/v4/": "sheets", "/drive/": "drive", "/upload/": "drive", "/v1/": "forms"}
NAMES = {"sheets": "Google Sheets API", "drive": "Google Drive API", "forms": "Google Forms API"}


def check(world: World, request: Request) -> None:
    """Refuse a call without a token, with a token from elsewhere, or to an API not enabled."""
    api = next((name for start, name in APIS.items() if request.path.startswith(start)), None)
    if api is None:
        return
    token = request.headers.get("authorization", "").removeprefix("Bearer ")
    if not token or (world.checks_tokens and token not in world.tokens):
        raise _no_token()
    if api in world.disabled_apis:
        raise _disabled(api)


def _no_token() -> ApiError:
    return ApiError(
        401,
        "UNAUTHENTICATED",
        "Request had invalid authentication credentials. Expected OAuth 2 access token, login "
        "cookie or other valid authentication credential. See "
        "https://developers.google.com/identity/sign-in/web/devconsole-project.",
    )


def _disabled(api: str) -> ApiError:
    service = f"{api}.googleapis.com"
    page = f"https://console.developers.google.com/apis/api/{service}/overview?project=1"
    return ApiError(
        403,
        "PERMISSION_DENIED",
        f"{NAMES[api]} has not been used in project 1 before or it is disabled. Enable it by "
        f"visiting {page} then retry. If you enabled this API recently, wait a few minutes for "
        "the action to propagate to our systems and retry.",
        [
            {
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": "SERVICE_DISABLED",
                "domain": "googleapis.com",
                "metadata": {"service": service, "consumer": "projects/1"},
            },
        ],
    )

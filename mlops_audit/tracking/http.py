"""One question to a tracking server: bounded in time and size, never told to another host."""

import base64
import json
import os
import ssl
import time
from collections.abc import Mapping
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import unquote, urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, HTTPSHandler, Request, build_opener

from mlops_audit.text import shown
from mlops_audit.tracking.problem import TrackingError

#: Seconds for one answer, unless MLFLOW_HTTP_REQUEST_TIMEOUT says otherwise.
TIMEOUT = 30.0
_TRIES = 3
_BYTES_LIMIT = 128 * 1024 * 1024
_BLOCK = 256 * 1024
_BUSY = frozenset({429, 500, 502, 503, 504})
_LOGIN = (
    "Set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN, as"
    " training does."
)
_NONSENSE = (
    "The server does not answer as a tracking server of MLflow does. Open the address in a"
    f" browser: is it another service, or a page to log in? {_LOGIN}"
)


class NotThereError(TrackingError):
    """The server does not know what it was asked."""


class Server:
    """A tracking server that is asked for JSON."""

    def __init__(
        self, address: str, environment: Mapping[str, str] = os.environ, *, seconds: float = 300.0
    ) -> None:
        """Remember where it is; ``seconds`` is the time for everything that it will be asked."""
        parts = urlsplit(address)
        host = parts.hostname or ""
        place = f"[{host}]" if ":" in host else host
        self.base = f"{parts.scheme}://{place}{f':{parts.port}' if parts.port else ''}"
        self.base += parts.path.rstrip("/")
        self._headers = {"Accept": "application/json", "User-Agent": "mlops-audit"}
        if authorization := _authorization(parts.username, parts.password, environment):
            self._headers["Authorization"] = authorization
        self._timeout = _timeout(environment)
        self._end = time.monotonic() + seconds
        # Without a handler for redirects, the credentials could be sent to any host.
        self._opener = build_opener(_SameHost(), HTTPSHandler(context=_context(environment)))

    @property
    def seconds_left(self) -> float:
        """Time that is left for further questions."""
        return max(0.0, self._end - time.monotonic())

    def get(self, path: str, **query: object) -> dict[str, Any]:
        """Return the answer to a GET request."""
        words = {key: value for key, value in query.items() if value not in (None, "")}
        return self._ask(Request(f"{self.base}{path}?{urlencode(words)}", headers=self._headers))

    def post(self, path: str, **body: object) -> dict[str, Any]:
        """Return the answer to a POST request with a JSON body."""
        content = json.dumps({key: value for key, value in body.items() if value}).encode()
        headers = {**self._headers, "Content-Type": "application/json"}
        return self._ask(Request(f"{self.base}{path}", content, headers, method="POST"))

    def _ask(self, request: Request) -> dict[str, Any]:
        for attempt in range(1, _TRIES + 1):
            try:
                return _json(self._read(request))
            except HTTPError as error:
                error.close()
                if error.code not in _BUSY or attempt == _TRIES:
                    raise _refused(error.code) from None
            except HTTPException as error:
                # RemoteDisconnected is one of these, too, and may pass.
                if attempt == _TRIES or not isinstance(error, OSError):
                    raise TrackingError(_NONSENSE) from None
            except (URLError, OSError, ValueError) as error:
                reason = error.reason if isinstance(error, URLError) else error
                certificate = isinstance(reason, ssl.SSLCertVerificationError)
                if attempt == _TRIES or certificate or isinstance(error, ValueError):
                    raise _unreachable(reason) from None
            time.sleep(min(0.25 * 2**attempt, self.seconds_left))
        raise AssertionError("unreachable")

    def _read(self, request: Request) -> bytes:
        if self.seconds_left <= 0:
            raise TrackingError(
                "The server answers too slowly; what came until then was read. Try again when it"
                " is less busy, or name a database or folder instead."
            )
        limit = time.monotonic() + self._timeout
        parts: list[bytes] = []
        size = 0
        with self._opener.open(request, timeout=min(self._timeout, self.seconds_left)) as answer:
            while block := answer.read1(_BLOCK):
                parts.append(block)
                size += len(block)
                if size > _BYTES_LIMIT:
                    raise TrackingError("The server sent more than can be one answer.")
                if time.monotonic() > limit:
                    raise TimeoutError("timed out")
        return b"".join(parts)


class _SameHost(HTTPRedirectHandler):
    """Follows a redirect only to the same server."""

    def redirect_request(  # type: ignore[no-untyped-def]  # as the standard library declares it
        self, req, fp, code, msg, headers, newurl
    ):
        """Refuse to be led elsewhere, where the credentials have no business."""
        old, new = urlsplit(req.full_url), urlsplit(newurl)
        if (old.scheme, old.netloc) != (new.scheme, new.netloc):
            raise TrackingError(
                f"The server sends to {shown(new.hostname or 'elsewhere')}, which is mostly a page"
                f" to log in. {_LOGIN}"
            )
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _authorization(
    user: str | None, password: str | None, environment: Mapping[str, str]
) -> str | None:
    if user is not None:
        user, password = unquote(user), unquote(password or "")
    else:
        user = environment.get("MLFLOW_TRACKING_USERNAME")
        password = environment.get("MLFLOW_TRACKING_PASSWORD")
    if user and password is not None:
        return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode("ascii")
    token = environment.get("MLFLOW_TRACKING_TOKEN")
    return f"Bearer {token}" if token else None


def _timeout(environment: Mapping[str, str]) -> float:
    given = environment.get("MLFLOW_HTTP_REQUEST_TIMEOUT", "")
    return min(float(given), 600.0) if given.isdigit() and int(given) > 0 else TIMEOUT


def _context(environment: Mapping[str, str]) -> ssl.SSLContext:
    context = ssl.create_default_context()
    try:
        if authority := environment.get("MLFLOW_TRACKING_SERVER_CERT_PATH"):
            context.load_verify_locations(authority)
        if certificate := environment.get("MLFLOW_TRACKING_CLIENT_CERT_PATH"):
            context.load_cert_chain(certificate)
    except (OSError, ValueError):
        raise TrackingError(
            "MLFLOW_TRACKING_SERVER_CERT_PATH or MLFLOW_TRACKING_CLIENT_CERT_PATH names no"
            " certificate that can be read."
        ) from None
    if environment.get("MLFLOW_TRACKING_INSECURE_TLS", "").lower() in ("true", "1"):
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _json(content: bytes) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise TrackingError(_NONSENSE)
    return found


def _refused(code: int) -> TrackingError:
    if code in (401, 403, 407):
        return TrackingError(f"The server demands a login (status {code}). {_LOGIN}")
    if code in (404, 405, 501):
        return NotThereError(
            f"The server does not know what a tracking server of MLflow knows (status {code})."
            " Does the address lack a port or a path?"
        )
    return TrackingError(f"The server fails (status {code}). Its log says why; try again later.")


def _unreachable(reason: object) -> TrackingError:
    if isinstance(reason, ssl.SSLCertVerificationError):
        return TrackingError(
            "The certificate of the server is not trusted. Name that of its authority in"
            " MLFLOW_TRACKING_SERVER_CERT_PATH."
        )
    if isinstance(reason, TimeoutError) or "timed out" in str(reason):
        return TrackingError(
            "The server does not answer in time. Is it up, and reachable from here? More seconds:"
            " MLFLOW_HTTP_REQUEST_TIMEOUT."
        )
    detail = getattr(reason, "strerror", None) or type(reason).__name__
    return TrackingError(
        f"The server cannot be reached ({shown(str(detail), 80)}). Start it, or check host, port"
        " and proxy."
    )

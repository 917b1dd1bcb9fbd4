"""How events of a real kube-apiserver look, for those of the cases, which are written by hand.

Source: the log of a kube-apiserver 1.34.4 under AKS's audit policy.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

Event = Mapping[str, Any]

_CREDENTIAL: Final = "authentication.kubernetes.io/credential-id"
_ISSUED_CREDENTIAL: Final = "authentication.kubernetes.io/issued-credential-id"
_UNAUTHORIZED: Final = {
    "metadata": {},
    "status": "Failure",
    "message": "Unauthorized",
    "reason": "Unauthorized",
    "code": 401,
}
_HAVE_CERTIFICATES: Final = {"aksService", "masterclient"}
"""Beside kubelets; AKS's own identities."""


def differences(event: Event) -> Iterator[str]:
    """Yield what a real server would not have written."""
    yield from _unauthenticated(event)
    yield from _credentials(event)
    yield from _deletion(event)
    reason = _annotations(event).get("authorization.k8s.io/reason")
    if "system:masters" in (event["user"].get("groups") or ()) and reason:
        yield "system:masters is allowed without a reason"


def _unauthenticated(event: Event) -> Iterator[str]:
    if _code(event) != 401:
        return
    if event["responseStatus"] != _UNAUTHORIZED:
        yield f"the status of 401 is {_UNAUTHORIZED}"
    if event["stage"] != "ResponseStarted" or event["user"] or _annotations(event):
        yield "401 has the stage ResponseStarted alone, no user and no annotations"


def _credentials(event: Event) -> Iterator[str]:
    reference, user = event.get("objectRef") or {}, event["user"]
    is_token = reference.get("subresource") == "token" and event["verb"] == "create"
    if is_token and _code(event) == 201:
        issued = _annotations(event).get(_ISSUED_CREDENTIAL, "")
        if not issued.startswith("JTI="):
            yield "a token request names the token that it issued"
    name = user.get("username", "")
    if name.startswith("system:node:") or name in _HAVE_CERTIFICATES:
        used = (user.get("extra") or {}).get(_CREDENTIAL, [""])
        if not used[0].startswith("X509SHA256="):
            yield "a user with a client certificate has its fingerprint"


def _deletion(event: Event) -> Iterator[str]:
    is_deleted = event["verb"] == "delete" and event["stage"] == "ResponseComplete"
    is_whole = "audit.k8s.io/truncated" not in _annotations(event)
    if is_deleted and is_whole and event["level"] == "RequestResponse" and _code(event) < 400:
        yield from (
            f"a deletion has a {body}"
            for body in ("requestObject", "responseObject")
            if body not in event
        )


def _code(event: Event) -> int:
    return int((event.get("responseStatus") or {}).get("code") or 0)


def _annotations(event: Event) -> Mapping[str, str]:
    return event.get("annotations") or {}

"""The values of a request that the client chooses: the URI, and the user agent."""

import re
from collections.abc import Collection
from typing import Final
from urllib.parse import unquote_plus

from kubewitness.redaction.commands import redact_command
from kubewitness.redaction.text import redact_text
from kubewitness.redaction.words import REDACTED, is_plain, looks_random

_PARAMETERS: Final = frozenset(
    {
        "allowWatchBookmarks",
        "container",
        "dryRun",
        "fieldManager",
        "fieldValidation",
        "follow",
        "force",
        "gracePeriodSeconds",
        "limit",
        "orphanDependents",
        "ports",
        "pretty",
        "previous",
        "propagationPolicy",
        "resourceVersion",
        "resourceVersionMatch",
        "sendInitialEvents",
        "sinceSeconds",
        "stderr",
        "stdin",
        "stdout",
        "stream",
        "tailLines",
        "timeout",
        "timeoutSeconds",
        "timestamps",
        "tty",
        "verbose",
        "watch",
    }
)
"""Parameters of Kubernetes' API whose values are words or numbers."""

_SELECTORS: Final = frozenset({"fieldSelector", "labelSelector"})
_COMMANDS: Final = frozenset({"cmd", "command"})
"""Of the API server, and of a kubelet behind its proxy."""
_PROXY: Final = re.compile(r"/proxy(?=/|$)")
_WORD: Final = re.compile(r"[^\s();,]+")
_AGENT_WORD: Final = re.compile(
    r"[A-Za-z][A-Za-z_.+-]{0,40}(/v?\d[\d.]{0,15}(-[a-z]+\.?\d{0,3})?)?"
    r"|kubernetes/[0-9a-f]{7,10}(/[a-z:.-]{1,100})?"
    r"|(linux|windows|darwin)/(amd64|arm64|arm|ppc64le|s390x)|Win64|x64|x86_64|[a-z-]+/\$Format"
)


def redact_uri(uri: str, known: Collection[str] = ()) -> str:
    """Return the URI of a request without the values of parameters that Kubernetes does not have.

    Args:
        known: names that are shown next to it, so it may contain them.
    """
    path, mark, query = uri.partition("?")
    own, proxy, sent = _parted(path)
    shown = "/".join(_segment(each, known) for each in own.split("/")) + proxy
    shown += "/".join(
        each if is_plain(each) or each in known else REDACTED for each in sent.split("/")
    )
    if not mark:
        return shown
    parameters = (_parameter(each, known, is_proxied=bool(proxy)) for each in query.split("&"))
    return f"{shown}?{'&'.join(parameters)}"


def redact_agent(agent: str) -> str:
    """Return the name that a client sets, without words that are not a product or platform."""
    return _WORD.sub(_agent_word, agent)


def _agent_word(found: re.Match[str]) -> str:
    is_product = _AGENT_WORD.fullmatch(found[0]) and not looks_random(found[0])
    return found[0] if is_product else REDACTED


def _parted(path: str) -> tuple[str, str, str]:
    """Return a path up to a proxy, its name, and what goes to the service behind it."""
    found = _PROXY.search(path)
    if found is None:
        return path, "", ""
    return path[: found.start()], found[0], path[found.end() :]


def _segment(segment: str, known: Collection[str]) -> str:
    return segment if segment in known or not looks_random(segment) else REDACTED


def _parameter(parameter: str, known: Collection[str], *, is_proxied: bool) -> str:
    name, equals, value = parameter.partition("=")
    shown = name if is_plain(name) else REDACTED
    if name in _COMMANDS:
        return f"{name}={redact_command(unquote_plus(value), known)}"
    if is_proxied or name not in _PARAMETERS | _SELECTORS:
        return f"{shown}{equals}{REDACTED if value else ''}"
    return f"{name}={redact_text(value, known)}"

"""Reads from Azure Resource Manager, with the sign-in and the retries of Microsoft's own client.

The documents are kept unchanged, because a typed model would drop unknown properties, and a policy
cannot judge a property that is missing. Nothing is written. Source: Azure REST API reference,
"Azure Resource Manager".
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, TypeGuard
from urllib.parse import urlsplit

from kubewitness.azure.resource_ids import fold
from kubewitness.azure.sign_in import REFUSED_CREDENTIALS, keep_quiet
from kubewitness.errors import InputError
from kubewitness.optional_imports import optional_import

if TYPE_CHECKING:
    from azure.core import PipelineClient
    from azure.core.credentials import TokenCredential
    from azure.core.exceptions import AzureError
    from azure.core.rest import HttpRequest, HttpResponse

    Client = PipelineClient[HttpRequest, HttpResponse]

Document = Mapping[str, Any]

UNAUTHENTICATED: Final = 401
NOT_FOUND: Final = 404
REFUSED: Final = 403

NOT_OFFERED: Final = 400

_REFUSALS: Final = {
    NOT_OFFERED: "not offered in this subscription",
    UNAUTHENTICATED: "of another tenant",
    REFUSED: "not permitted",
    NOT_FOUND: "not a subscription that this identity can read",
}
_OF_OTHERS: Final = {"InvalidAuthenticationTokenTenant", "SubscriptionNotFound"}
"""Codes for resources that this identity cannot read, which may exist."""

_PUBLIC: Final = "https://management.azure.com"
_OTHER_CLOUDS: Final = {
    "login.microsoftonline.us": "https://management.usgovcloudapi.net",
    "login.chinacloudapi.cn": "https://management.chinacloudapi.cn",
}
"""Resource Manager by what AZURE_AUTHORITY_HOST names. Source: Azure docs, "National clouds"."""


def is_id(value: Any) -> TypeGuard[str]:
    """Return whether this can be the id of something in a subscription."""
    return isinstance(value, str) and fold(value).startswith("/subscriptions/")


class RefusedError(Exception):
    """Azure refuses this one request, and may answer others; the HTTP status is the reason."""

    def __init__(self, status: int) -> None:
        super().__init__(_REFUSALS[status])
        self.status = status


class ResourceManager:
    """Azure Resource Manager, to be read.

    Args:
        name: what the user calls the source, for errors.
        base: the address of the cloud's Resource Manager.
        client: that asks there.
    """

    def __init__(self, name: str, base: str, client: "Client") -> None:
        self._name = name
        self._base = base
        self._client = client

    def get(self, path: str, version: str) -> Document | None:
        """Return the resource with an Azure id, or None where there is none.

        Raises:
            RefusedError: Azure refuses this one.
            InputError: Azure cannot be asked, or does not answer as documented.
        """
        return self._ask(self._at(path), {"api-version": version})

    def list(self, path: str, version: str) -> Iterator[Document]:
        """Yield what a collection holds, all pages of it; nothing if it does not exist.

        Raises:
            RefusedError: Azure refuses this one.
            InputError: Azure cannot be asked, or does not answer as documented.
        """
        page = self._ask(self._at(path), {"api-version": version})
        asked: set[str] = set()
        while page is not None:
            listed = page.get("value")
            if not isinstance(listed, list) or not all(isinstance(x, Mapping) for x in listed):
                raise InputError(f"{self._name}: {path} is not a list as documented; {_AGAIN}")
            yield from listed
            if not page.get("nextLink"):
                return
            following = self._ours(str(page["nextLink"]))
            page = None if following in asked else self._ask(following, {})
            if page is None:
                raise InputError(f"{self._name}: {path} is not listed to its end; {_AGAIN}")
            asked.add(following)

    def _at(self, path: str) -> str:
        """Return the address of an id; anything else could lengthen the name of the host."""
        if not is_id(path):
            raise InputError(
                f"{self._name}: Azure refers to a resource by what is not a resource ID; {_AGAIN}"
            )
        return self._base + path

    def _ours(self, link: str) -> str:
        """Return the address of a next page; one elsewhere is refused, as the token would go there.

        Each requested URL begins with our own address, because clients differ in where a host ends.
        """
        here = urlsplit(self._base)
        try:
            there = urlsplit(link)
            is_ours = (there.scheme, there.hostname) == (here.scheme, here.hostname)
        except ValueError:
            is_ours = False
        if not is_ours:
            raise InputError(f"{self._name}: Azure names a next page that is not its own; {_AGAIN}")
        return f"{self._base}{there.path}?{there.query}"

    def _ask(self, address: str, parameters: Mapping[str, str]) -> Document | None:
        rest = optional_import("azure.core.rest", "azure", self._name)
        with self._explained(address):
            request = rest.HttpRequest("GET", address, params=dict(parameters))
            response = self._client.send_request(request)
            status, code = response.status_code, _code(response)
            if status in {NOT_OFFERED, REFUSED} or code in _OF_OTHERS:
                raise RefusedError(status)
            if status == NOT_FOUND:
                return None
            response.raise_for_status()
            document = response.json()
        if not isinstance(document, Mapping):
            raise InputError(f"{self._name}: Azure's answer is not a JSON object; {_AGAIN}")
        return document

    @contextmanager
    def _explained(self, address: str) -> Iterator[None]:
        """Turn errors of the client into ours; their own words may quote a token."""
        exceptions = optional_import("azure.core.exceptions", "azure", self._name)
        try:
            yield
        except exceptions.AzureError as error:
            raise InputError(f"{self._name}: {_words(error, urlsplit(address).path)}") from None
        except (ValueError, RecursionError):
            raise InputError(f"{self._name}: Azure's answer is not JSON; {_AGAIN}") from None


def _code(response: "HttpResponse") -> str:
    """Return what Azure calls a fault; empty where there is none."""
    try:
        document = response.json() if response.status_code >= NOT_OFFERED else {}
    except ValueError:
        return ""
    error = document.get("error") if isinstance(document, Mapping) else None
    return str(error.get("code")) if isinstance(error, Mapping) else ""


def _words(error: "AzureError", path: str) -> str:
    exceptions = optional_import("azure.core.exceptions", "azure", path)
    status = getattr(error, "status_code", None)
    if isinstance(error, exceptions.ClientAuthenticationError) or status == UNAUTHENTICATED:
        return REFUSED_CREDENTIALS
    what = f"Azure answers {status}" if status else "Azure cannot be reached"
    return f"{what} for {path}; {_AGAIN}"


_AGAIN: Final = "try again later, and check whether `az resource show` can read it"


def open_resource_manager(word: str) -> ResourceManager:
    """Return Resource Manager with whatever `DefaultAzureCredential` finds.

    AZURE_AUTHORITY_HOST chooses a national cloud, as it does for the credentials.

    Raises:
        InputError: the extra `azure` is not installed.
    """
    identity = optional_import("azure.identity", "azure", word)
    keep_quiet()
    authority = os.environ.get("AZURE_AUTHORITY_HOST", "").removeprefix("https://").strip("/")
    base = _OTHER_CLOUDS.get(fold(authority), _PUBLIC)
    return ResourceManager(word, base, client_at(base, identity.DefaultAzureCredential()))


def client_at(base: str, credential: "TokenCredential", *, retries: int = 10) -> "Client":
    """Return the client of a cloud's Resource Manager.

    It asks again where Azure is busy, after the time that Azure's answer names.
    """
    core = optional_import("azure.core", "azure", base)
    policies = optional_import("azure.core.pipeline.policies", "azure", base)
    client: Client = core.PipelineClient(
        base,
        policies=[
            policies.HeadersPolicy({"Accept": "application/json"}),
            policies.UserAgentPolicy("kubewitness"),
            policies.RetryPolicy(retry_total=retries),
            policies.BearerTokenCredentialPolicy(credential, f"{base}/.default"),
        ],
    )
    return client

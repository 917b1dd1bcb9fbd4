"""A subscription on this machine: Azure Resource Manager's HTTP is answered from documents.

Source: Azure REST API reference: what each Get and List answers, paging by `nextLink`, errors as
`error.code` and `error.message`.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import responses
from requests import PreparedRequest

from kubewitness.azure.manager import ResourceManager, client_at
from support.cloud_logs import SECRET, Answer, Credential

BASE: Final = "https://management.azure.com"
SUBSCRIPTION: Final = "00000000-0000-4000-8000-00000000000a"
GROUP: Final = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/shop"
CLUSTER: Final = f"{GROUP}/providers/Microsoft.ContainerService/managedClusters/shop"
WORKSPACE: Final = f"{GROUP}/providers/Microsoft.OperationalInsights/workspaces/logs"
ACCOUNT: Final = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/archive"
WORD: Final = f"azure://{SUBSCRIPTION}"

_TOP: Final = {"id", "name", "type", "location", "sku", "tags", "kind", "identity"}
"""What stands beside `properties` in a document; a workspace has its `sku` within."""

_COLLECTION: Final = re.compile(
    r"/(managedclusters|jwtauthenticators|trustedaccessrolebindings|diagnosticsettings)$"
)


def document(identifier: str, /, **properties: Any) -> dict[str, Any]:
    """A resource as a Get answers it; what is null is left out, as Azure does."""
    known = {key: value for key, value in properties.items() if value is not None}
    outer = {key: value for key, value in known.items() if key in _TOP}
    inner = {key: value for key, value in known.items() if key not in _TOP}
    return {"id": identifier, "name": identifier.rpartition("/")[2], **outer, "properties": inner}


@dataclass
class Azure:
    """What is in Azure.

    Attributes:
        documents: by their ids, which Azure spells in any case.
        refusals: HTTP status by what a path contains.
        code: what a refusal is called.
        page: how many items a list answers at once.
        always: what is answered to everything, whatever is there.
        breaks: whether the second page of a list is not there.
        asked: what was asked for, method and path.
    """

    documents: Mapping[str, Mapping[str, Any]]
    refusals: Mapping[str, int] = field(default_factory=dict)
    code: str = "Refused"
    page: int = 2
    always: str = ""
    breaks: bool = False
    asked: list[str] = field(default_factory=list)

    def answer(self, request: PreparedRequest) -> Answer:
        """What Resource Manager says."""
        url = urlsplit(str(request.url))
        self.asked.append(f"{request.method} {url.path}")
        assert request.headers["Authorization"] == f"Bearer {SECRET}"
        assert "api-version" in parse_qs(url.query)
        if self.always:
            return 200, {}, self.always
        for part, status in self.refusals.items():
            if part.lower() in url.path.lower():
                return self._error(status, self.code)
        if _COLLECTION.search(url.path.lower()):
            return self._page(url.path, int(parse_qs(url.query).get("$skiptoken", ["0"])[0]))
        found = self._by_path().get(url.path.lower())
        return (200, {}, json.dumps(found)) if found else self._error(404, "ResourceNotFound")

    def _by_path(self) -> dict[str, Mapping[str, Any]]:
        return {key.lower(): value for key, value in self.documents.items()}

    def _page(self, path: str, start: int) -> Answer:
        if start and self.breaks:
            return self._error(404, "ResourceNotFound")
        members = self._members(path.lower())
        answered: dict[str, Any] = {"value": members[start : start + self.page]}
        if len(members) > start + self.page:
            following = f"api-version=1&$skiptoken={start + self.page}"
            answered["nextLink"] = f"{BASE}:443{path}?{following}"
        return 200, {}, json.dumps(answered)

    def _members(self, path: str) -> Sequence[Mapping[str, Any]]:
        """A list of clusters is of a group or of all groups of a subscription."""
        above, _, kind = path.rpartition("/providers/")
        whole = re.escape(above) + r"(/resourcegroups/[^/]+)?/providers/" + re.escape(kind)
        member = re.compile(whole + "/[^/]+")
        return [value for key, value in self._by_path().items() if member.fullmatch(key)]

    @staticmethod
    def _error(status: int, code: str) -> Answer:
        error = {"code": code, "message": f"the client with token {SECRET} may not"}
        return status, {"Retry-After": "0"}, json.dumps({"error": error})


@contextmanager
def served(azure: Azure) -> Iterator[ResourceManager]:
    """Resource Manager with its HTTP answered; it asks once again where Azure is busy."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        address = re.compile(re.escape(BASE) + "(:443)?/.*")
        mock.add_callback(responses.GET, address, azure.answer, content_type="application/json")
        yield ResourceManager(WORD, BASE, client_at(BASE, Credential(), retries=1))

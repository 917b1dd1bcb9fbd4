"""Who is behind each request that a controller or a token carried out, over a whole log."""

from collections.abc import Sequence
from typing import Final

from kubewitness.investigate.timeline.controllers import OwnerChains, is_by_controller
from kubewitness.investigate.timeline.inference import BehindAction
from kubewitness.investigate.timeline.requests import OF_KUBERNETES, STAGES, WRITES, ApiRequest
from kubewitness.investigate.timeline.tokens import EnteredPods, IssuedTokens

_NOISE: Final = (
    "('leases', 'events', 'endpoints', 'endpointslices', 'tokenreviews', 'subjectaccessreviews', "
    "'selfsubjectaccessreviews', 'localsubjectaccessreviews', 'selfsubjectrulesreviews')"
)
"""Resources that are written all the time, and from which nothing follows."""

EVIDENCE: Final = f"""(
    verb IN {WRITES} AND code < 400
        AND subresource NOT IN ('status', 'binding') AND resource NOT IN {_NOISE}
    OR subresource IN ('exec', 'attach') OR issued IS NOT NULL
    OR credential IN (SELECT issued FROM {STAGES} WHERE issued IS NOT NULL
        AND actor_kind NOT IN {OF_KUBERNETES})
    OR (pod, split_part(username, ':', 3)) IN (SELECT (name, namespace) FROM {STAGES}
        WHERE resource = 'pods' AND subresource IN ('exec', 'attach', 'ephemeralcontainers'))
)"""
"""The SQL of the stages on which an inference can rest, or about which there can be one."""


class Attributions:
    """Finds who is behind requests.

    Args:
        requests: those that inferences can rest on, in the order of time.
    """

    def __init__(self, requests: Sequence[ApiRequest]) -> None:
        self._tokens = IssuedTokens(requests)
        self._pods = EnteredPods(requests)
        self._owners = OwnerChains(requests)
        self._found: dict[ApiRequest, tuple[BehindAction, ...]] = {}

    def behind(self, request: ApiRequest) -> tuple[BehindAction, ...]:
        """Return all candidates, the likeliest first; none if the user acted directly."""
        if request not in self._found:
            self._found[request] = ()  # while it is determined, and if it leads back to itself
            self._found[request] = tuple(self._behind(request))
        return self._found[request]

    def issued(self, request: ApiRequest) -> ApiRequest | None:
        """Return the request that issued the token of a request, if the log has it."""
        return self._tokens.request_for(request)

    def _behind(self, request: ApiRequest) -> list[BehindAction]:
        if direct := self._by_token(request):
            return direct
        if is_by_controller(request):
            return list(self._owners.behind(request, self._persons))
        return []

    def _by_token(self, request: ApiRequest) -> list[BehindAction]:
        """Return who had the token that a request used, by issuing it or by entering its pod."""
        found = [*self._tokens.behind(request), *self._pods.behind(request)]
        return [traced for each in found for traced in self._traced(each)]

    def _traced(self, candidate: BehindAction) -> list[BehindAction]:
        """Return a candidate, or all who are behind the request that it rests on."""
        return [
            BehindAction(each.person, candidate.why, (*candidate.rests_on, *each.rests_on))
            for each in self.behind(candidate.rests_on[0])
        ] or [candidate]

    def _persons(self, write: ApiRequest) -> list[BehindAction]:
        """Return who is behind a write to an object that others belong to: mostly its actor.

        A write of a controller follows an owner, to which the same chain leads.
        """
        if by_token := self._by_token(write):
            return by_token
        if write.is_by_machine or self.behind(write):
            return []
        return [BehindAction(write.actor, "", ())]

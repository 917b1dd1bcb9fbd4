"""Whose token it was: who issued it, and who could have read it in the pod that it is bound to."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

from kubewitness.investigate.timeline.inference import BehindAction
from kubewitness.investigate.timeline.requests import ApiRequest

_ENTERED_BY: Final = ("exec", "attach", "ephemeralcontainers")
"""Subresources of a pod that allow a person to run a program that can read its token."""

PodName = tuple[str, str, str]
"""A pod by its cluster, namespace and name."""


class IssuedTokens:
    """The tokens of a log, by their credential IDs.

    Args:
        requests: among which the requests for tokens are.
    """

    def __init__(self, requests: Iterable[ApiRequest]) -> None:
        self._issued = {
            (one.last.cluster, one.last.issued): one for one in requests if one.last.issued
        }

    def behind(self, request: ApiRequest) -> Iterator[BehindAction]:
        """Yield the person who had the token issued.

        Nodes issue those of their pods, and kube-controller-manager those of its controllers.
        """
        issued = self.request_for(request)
        if issued is not None and not issued.is_by_machine:
            account = f"{issued.last.namespace}/{issued.last.name}"
            yield BehindAction(
                issued.actor, f"issued the token of {account} that was used", (issued,)
            )

    def request_for(self, request: ApiRequest) -> ApiRequest | None:
        """Return the request that issued the token of a request, if the log has it."""
        return self._issued.get((request.last.cluster, request.last.credential or ""))


class EnteredPods:
    """The pods in which persons ran programs, and from where their tokens were used before.

    Args:
        requests: the requests of persons in pods, and those with the tokens of these pods, in the
            order of time.
    """

    def __init__(self, requests: Iterable[ApiRequest]) -> None:
        self._entered: dict[PodName, list[ApiRequest]] = defaultdict(list)
        self._used: dict[PodName, list[ApiRequest]] = defaultdict(list)
        for one in requests:
            if is_entry(one):
                self._entered[(one.last.cluster, one.last.namespace, one.last.name)].append(one)
            elif pod := pod_of_token(one):
                self._used[pod].append(one)

    def behind(self, request: ApiRequest) -> Iterator[BehindAction]:
        """Yield who entered the pod of a token before it was used in a way that it was not before.

        A program of the pod itself keeps its address and its user agent. A person who used the
        token from one of their own addresses comes first.
        """
        pod = pod_of_token(request)
        if pod is None:
            return
        before = [one for one in self._entered.get(pod, ()) if one.is_before(request)]
        if not before or self._is_usual(pod, request, before[0]):
            return
        latest = list({one.actor: one for one in before}.values())[::-1]
        latest.sort(key=lambda one: one.last.address != request.last.address)
        for one in latest:
            entered = f"ran a program in pod {pod[1]}/{pod[2]}"
            why = f"{entered}, whose token was then used {_how(one, request)}"
            yield BehindAction(one.actor, why, (one,))

    def _is_usual(self, pod: PodName, request: ApiRequest, entered: ApiRequest) -> bool:
        """Return whether the token was used in the same way before the pod was entered."""
        ways = {_way(one) for one in self._used[pod] if one.is_before(entered)}
        return _way(request) in ways


def is_entry(request: ApiRequest) -> bool:
    """Return whether a request ran a program in a pod, or started to."""
    last = request.last
    is_person = last.actor_kind in {"user", "serviceaccount", "anonymous"}
    return (
        last.resource == "pods"
        and last.subresource in _ENTERED_BY
        and is_person
        and request.is_allowed
        and last.verb != "delete"
    )


def pod_of_token(request: ApiRequest) -> PodName | None:
    """Return the pod to which the token of a request is bound."""
    parts = request.last.username.split(":")
    if request.last.pod is None or len(parts) != len(
        ("system", "serviceaccount", "namespace", "name")
    ):
        return None
    return (request.last.cluster, parts[2], request.last.pod)


def _way(request: ApiRequest) -> tuple[str, str]:
    return request.last.address, request.last.agent.partition("/")[0]


def _how(entered: ApiRequest, request: ApiRequest) -> str:
    if entered.last.address == request.last.address:
        return f"from the same address {request.last.address}"
    address, agent = _way(request)
    return f"from {address or 'an unknown address'} by {agent or 'an unknown client'}"

"""Who is behind an action that a controller, or a token, carried out: inferred from the log.

Each inference names the requests that it rests on, and all candidates if there are several.
"""

from dataclasses import dataclass

from kubewitness.investigate.timeline.requests import ApiRequest


@dataclass(frozen=True)
class BehindAction:
    """A person who may be behind an action.

    Attributes:
        person: who acted, or whose token or object it was.
        why: the reason for the inference.
        rests_on: the requests that it rests on, the closest to the action first.
    """

    person: str
    why: str
    rests_on: tuple[ApiRequest, ...]

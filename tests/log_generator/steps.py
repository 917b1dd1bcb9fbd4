"""What an attack is made of."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from log_generator.calls import Call


@dataclass(frozen=True, slots=True)
class Step:
    """One call of an attack.

    Attributes:
        call: what is asked and answered.
        after: seconds since the attack began.
        telling: whether a detection should report it.
    """

    call: Call
    after: float
    telling: bool = True


Attack = Callable[[Random], list[Step]]

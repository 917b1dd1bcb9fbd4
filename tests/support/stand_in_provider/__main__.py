"""Start the stand-in: `python -m stand_in_provider ENGINE_ADDRESS`."""

import os
import sys

from pulumi.provider.experimental import server

from .provider import StandIn, StandInServicer

# `main` offers no way to name another servicer.
server.ProviderServicer = StandInServicer  # type: ignore[misc]
server.main(sys.argv[1:], os.environ.get("STAND_IN_VERSION", "0.0.0"), StandIn())

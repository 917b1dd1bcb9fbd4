"""Runs the program that a job file describes; `python -m kubewitness_launcher JOB`."""

import os
import sys
from contextlib import suppress

from .running import main

if __name__ == "__main__":
    code = main(sys.argv[1])
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # the program closed it
            stream.flush()
    # Threads of a stopped program may wait for results that will never come.
    os._exit(code)

"""`python -m kubewitness`."""

from kubewitness.cli import main

main()

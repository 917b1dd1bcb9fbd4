"""One command in each file: its arguments, options and help. `kubewitness.cli.actions` runs it."""

"""One subcommand in each file."""

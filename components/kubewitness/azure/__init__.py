"""Azure's rules: what it accepts, how it writes resource IDs, and how to sign in."""

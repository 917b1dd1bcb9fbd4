"""What Azure accepts, how it spells resource IDs, and how to sign in."""

"""Reads every audit log: where its bytes come from, its formats, the store and its queries."""

"""Reads every audit log: shapes, salvage, quarantine, the store and its queries, the seal."""

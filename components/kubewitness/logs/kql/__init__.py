"""Queries in KQL: translation to SQL, and what is wrong with a query."""

"""PROVE: verdicts as a table for people and as documents for machines."""

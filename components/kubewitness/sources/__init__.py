"""Adapters: each makes `Resource`s from one place that holds the truth."""

"""Answers what happened, who did it and which access is used, from one store."""

"""The exceptions of the import of Sigma rules. A leaf module."""


class RejectedError(Exception):
    """A rule that cannot be run, or would find nothing; the message contains the fix."""

"""Runs a Pulumi program as the Pulumi CLI's language host does, and reports what stops it.

The folder is handed to the *program's own* interpreter, which runs it with `-m`. It may import
nothing but the standard library and that interpreter's `pulumi`, of any version, on Python 3.9 and
later. Its name cannot be that of a module of the program.

Where the SDK would let a program mistake an unknown value for None, the launcher reports what is
missing: a plain read of an encrypted configuration value, a direct call of a provider function
without an answer, a stack reference's outputs awaited as plain values. The program then goes on
with made-up values, so that one run finds everything that is missing; it fails the check anyway.
"""

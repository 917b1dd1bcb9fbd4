"""Fields whose names are keywords: Kusto reads `RequestObject.kind`, and duckdb-kql does not."""

from itertools import pairwise
from typing import Final

from antlr4 import InputStream, Token
from duckdb_kql import KqlSyntaxError, ir, validate
from duckdb_kql._antlr.KqlLexer import KqlLexer
from duckdb_kql.lower import lower

_SIDES: Final = ("$left", "$right")
"""The prefix of a column in the condition of a `join`."""


def read_query(text: str) -> ir.Query:
    """Return a query as duckdb-kql lowers it.

    Raises:
        KqlError: duckdb-kql cannot read it.
    """
    try:
        return lower(text)
    except KqlSyntaxError:
        if (quoted := readable(text)) != text:
            return lower(quoted)
        raise


def readable(text: str) -> str:
    """Return a query as duckdb-kql can read it: the same unless that helps."""
    if not validate(text):
        return text
    quoted = _with_quoted_keywords(text)
    return text if validate(quoted) else quoted


def _with_quoted_keywords(text: str) -> str:
    """Return the query with `.kind` written as `["kind"]`, and other keywords in the same way."""
    lexer = KqlLexer(InputStream(text))
    lexer.removeErrorListeners()
    tokens = [token for token in lexer.getAllTokens() if token.channel == Token.DEFAULT_CHANNEL]
    parts: list[str] = []
    end = 0
    for before, (dot, name), after in zip(
        tokens, pairwise(tokens[1:]), [*tokens[3:], None], strict=False
    ):
        if _is_field(before, dot, name, after):
            parts += [text[end : dot.start], f'["{name.text}"]']
            end = name.stop + 1
    return "".join([*parts, text[end:]])


def _is_field(before: Token, dot: Token, name: Token, after: Token | None) -> bool:
    is_call = after is not None and after.type == KqlLexer.OPENPAREN
    is_keyword = name.type != KqlLexer.IDENTIFIER and name.text.isidentifier()
    is_path = dot.type == KqlLexer.DOT and before.text not in _SIDES
    return is_path and is_keyword and not is_call

"""Which columns there are at each place of a query."""

from collections.abc import Iterator

from duckdb_kql import KqlSchemaError, Schema, ir
from duckdb_kql.schema import output_columns

from kubewitness.logs.kql.tree import walk


def columns_of(query: ir.Query, schema: Schema) -> list[str] | None:
    """Return the columns of a query's result; None if they are unknown."""
    if [] in schema.values() and any(_is_unknown(node, schema) for node in walk(query)):
        return None
    try:
        return list(output_columns(query, schema))
    except KqlSchemaError:
        return None


def _is_unknown(node: object, schema: Schema) -> bool:
    """Return whether it names a table of which only the name is known, as of a faulty `let`."""
    return isinstance(node, ir.TableRef) and schema.get(node.qualified) == []


def stages(query: ir.Query, schema: Schema) -> Iterator[tuple[list[str], ir.Operator]]:
    """Yield each operator with the columns before it, if they are known."""
    for index, operator in enumerate(query.operators):
        before = columns_of(ir.Query(query.source, query.operators[:index]), schema)
        if before is None:
            return
        yield before, operator

"""The condition of a Sigma rule as KQL, by pySigma and its Kusto backend.

The backend provides `and`, `or`, `not` and lists. Its conversion of values is corrected here: it
quotes dotted fields into literals, compares text with numbers and Boolean values, treats `*` as an
empty prefix, ignores case where it matters and respects it in patterns. All fields are text, for
which `=~` ignores case, as Sigma requires.
"""

import json
import re
from typing import Any, Final, NoReturn

import duckdb
from sigma.backends.kusto.kusto import KustoBackend
from sigma.conditions import ConditionFieldEqualsValueExpression as Equals
from sigma.conditions import ConditionOR
from sigma.types import (
    Placeholder,
    SigmaBool,
    SigmaCasedString,
    SigmaNumber,
    SigmaRegularExpression,
    SigmaRegularExpressionFlag,
    SigmaString,
    SpecialChars,
)

from kubewitness.detections.sigma.exceptions import RejectedError
from kubewitness.detections.sigma.fields import Field, Fields
from kubewitness.logs.kql import literals

_ANY: Final = {SpecialChars.WILDCARD_MULTI: "*", SpecialChars.WILDCARD_SINGLE: "?"}
_MULTI: Final = (SpecialChars.WILDCARD_MULTI,)
_OPERATORS: Final = {
    (True, True): "contains",
    (False, True): "startswith",
    (True, False): "endswith",
}
"""The operator, by whether text can precede the value, and follow it."""


class Backend(KustoBackend):
    """Writes conditions on the columns of `KubeAudit`."""

    convert_and_as_in = False
    in_expressions_allow_wildcards = False
    field_null_expression = "isempty({field})"

    def __init__(self, fields: Fields) -> None:
        super().__init__()
        self._fields = fields

    def escape_and_quote_field(self, field_name: str) -> str:
        """Return the expression that reads a field, in the place of its name."""
        return self._fields.find(field_name).expression

    def decide_convert_condition_as_in_expression(self, cond: Any, state: Any) -> bool:
        """Return whether `in~` will do: it ignores case, and does not look into a list."""
        return super().decide_convert_condition_as_in_expression(cond, state) and not any(
            isinstance(each.value, SigmaCasedString) or self._fields.find(each.field).is_list
            for each in cond.args
        )

    def convert_value_str(self, s: Any, state: Any) -> str:  # noqa: ARG002 pySigma's signature
        """Return a value as a literal."""
        # Its own text has a backslash before each `*` that is none of Sigma's.
        return literal("".join(map(str, s.s)) if isinstance(s, SigmaString) else str(s))

    def convert_condition_field_eq_val_str(self, cond: Any, state: Any) -> str:  # noqa: ARG002
        """Compare with a value without case, with wildcards or none."""
        return self._compare(cond, cased=False)

    def convert_condition_field_eq_val_str_case_sensitive(self, cond: Any, state: Any) -> str:  # noqa: ARG002
        """Compare with a value that has the modifier `cased`."""
        return self._compare(cond, cased=True)

    def convert_condition_field_eq_val_num(self, cond: Any, state: Any) -> str:
        """Compare with a number as text, which all fields are."""
        return self.convert_condition_field_eq_val_str(_as_text(cond), state)

    def convert_condition_field_eq_val_bool(self, cond: Any, state: Any) -> str:
        """Compare with a truth value as text."""
        return self.convert_condition_field_eq_val_str(_as_text(cond), state)

    def convert_condition_field_eq_val_re(self, cond: Any, state: Any) -> str:  # noqa: ARG002
        """Match a pattern in the syntax of RE2, which Kusto and DuckDB have in common."""
        value: SigmaRegularExpression = cond.value
        flags = "".join(sorted(_flag(flag) for flag in value.flags))
        pattern = value.regexp.to_plain_regex()
        return _matches(self._texts(cond.field), f"(?{flags}){pattern}" if flags else pattern)

    def convert_condition_field_eq_val_cidr(self, cond: Any, state: Any) -> Any:
        """Compare with the prefixes of a network's addresses: DuckDB has no function for it."""
        patterns: list[Any] = [
            Equals(cond.field, SigmaString(each)) for each in cond.value.expand()
        ]
        return self.convert_condition_group(ConditionOR(patterns, cond.source), state)

    def convert_condition_field_compare_op_val(self, cond: Any, state: Any) -> str:  # noqa: ARG002
        """Compare as numbers: only here a value is not text."""
        operator = self.compare_operators[cond.value.op]
        return f"todouble({self._texts(cond.field).expression}) {operator} {cond.value.number}"

    def convert_condition_val(self, cond: Any, state: Any) -> NoReturn:  # noqa: ARG002
        """Refuse a keyword, which has no field."""
        raise RejectedError(
            f"the keyword `{cond.value}` has no field; name the field that contains it"
        )

    def _texts(self, name: str) -> Field:
        found = self._fields.find(name)
        if found.is_list:
            raise RejectedError(f"`{name}` is a list: seek a value in it, or one with wildcards")
        return found

    def _compare(self, cond: Any, *, cased: bool) -> str:
        found, value = self._fields.find(cond.field), tuple(cond.value.s)
        if missing := [each.name for each in value if isinstance(each, Placeholder)]:
            raise RejectedError(f"the placeholder `%{missing[0]}%` has no value; write its values")
        if value and all(each == SpecialChars.WILDCARD_MULTI for each in value):
            return f"isnotempty({found.expression})"
        if found.is_list:
            return _matches(found, _among(value), cased=cased)
        texts = [each for each in value if isinstance(each, str)]
        any_before, any_after = (value[:1] == _MULTI, value[-1:] == _MULTI)
        if len(texts) + any_before + any_after != len(value) or len(texts) > 1:
            return _matches(found, f"^{_pattern(value, '.')}$", cased=cased)
        operator = _OPERATORS.get((any_before, any_after))
        text = literal("".join(texts))
        if operator is None:
            return f"{found.expression} {'==' if cased else '=~'} {text}"
        return f"{found.expression} {operator}{'_cs' if cased else ''} {text}"


def literal(text: str) -> str:
    """Return a text as KQL writes it.

    Raises:
        RejectedError: it has a line break, or another character of control.
    """
    try:
        return literals.literal(text)
    except ValueError as error:
        raise RejectedError(str(error)) from None


def _as_text(cond: Any) -> Equals:
    value: SigmaNumber | SigmaBool = cond.value
    return Equals(cond.field, SigmaString(str(value).lower()))


def _among(value: Any) -> str:
    """Return a pattern for the JSON of a list that contains a value."""
    # A quotation mark within a value has a backslash there.
    written = [json.dumps(s, ensure_ascii=False)[1:-1] if isinstance(s, str) else s for s in value]
    return r"[\[,]\s*" + _pattern(['"', *written, '"'], '[^"]') + r"\s*[,\]]"


def _pattern(value: Any, any_character: str) -> str:
    wild = {"*": f"{any_character}*", "?": any_character}
    return "".join(re.escape(s) if isinstance(s, str) else wild[_ANY[s]] for s in value)


def _matches(field: Field, pattern: str, *, cased: bool = True) -> str:
    whole = pattern if cased else f"(?i){pattern}"
    try:
        duckdb.execute("SELECT regexp_matches('', ?)", [whole])
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        raise RejectedError(f"the pattern `{pattern}` is none in RE2: {reason}") from None
    return f"{field.expression} matches regex {literal(whole)}"


def _flag(flag: SigmaRegularExpressionFlag) -> str:
    return {"IGNORECASE": "i", "MULTILINE": "m", "DOTALL": "s"}[flag.name]

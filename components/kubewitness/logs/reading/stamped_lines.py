"""Lines of the control plane that are not JSON, as S3 exports, `aws logs tail` and CRI write them.

A log group of EKS contains klog lines and those of the authenticator in addition to the audit log.
Source: CloudWatch Logs docs, "Exporting log data to Amazon S3"; EKS docs, "Send control plane
logs".
"""

import json
import re
from typing import Final

from kubewitness.catalog.audit_tables import AKS_CONTROL_PLANE
from kubewitness.logs.reading.rows import Row
from kubewitness.logs.reading.times import iso_time

STAMPED_LINE: Final = (
    r"^\d{4}-\d\d-\d\dT[0-9:.]+(?:Z|[+-]\d\d:\d\d) (?:std(?:out|err) F |[\w./\-]+ )?"
    r'(?:[IWEF]\d{4} \d\d:\d\d:\d\d|time="[^"]+" level=)'
)
"""A time, perhaps a stream, and the beginning of a line of klog or of the authenticator."""

_LINE: Final = re.compile(STAMPED_LINE)
_PARTS: Final = re.compile(r"(\S+) (?:std(?:out|err) F )?(.*)", re.DOTALL)


def stamped_row(text: str) -> Row | None:
    """Return the row of such a line, None if it is not one."""
    if _LINE.match(text) is None or "\n" in text.strip():
        return None
    found = _PARTS.match(text.strip())
    if found is None:
        return None
    time, message = found.groups()
    stream, _, rest = message.partition(" ")
    has_stream = _LINE.match(f"{time} {rest}") is not None
    columns = {
        "Message": rest if has_stream else message,
        "PodName": stream if has_stream else None,
        "TimeGenerated": iso_time(time),
    }
    return Row(AKS_CONTROL_PLANE, json.dumps(columns).encode())

"""Twenty rules in SQL as one writes it by hand, for DuckDB and for chDB.

They read the columns of the store. Left out is what the rules do beyond their main condition:
allow-lists, tables of two categories, JSON patches, and who is known to be harmless.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

COLUMNS: Final = (
    "TimeGenerated, AuditId, Stage, Verb, RequestUri, UserAgent, User, ImpersonatedUser, "
    "ObjectRef, ResponseStatus, RequestObject"
)
"""Those of the store that these rules read."""


@dataclass(frozen=True)
class Dialect:
    """How a database writes what the rules need.

    Attributes:
        table: what they read.
        field: a text in an object: `{column}` and `{path}`.
        matches: whether a text has a pattern: `{text}` and `{pattern}`.
        window: the ten minutes that a time is in.
    """

    table: str
    field: str
    matches: str
    window: str

    def get(self, column: str, *path: str) -> str:
        """A text in an object."""
        if "->>" in self.field:
            return self.field.format(column=column, path=".".join(path))
        return self.field.format(column=column, path=", ".join(f"'{name}'" for name in path))

    def has(self, text: str, pattern: str) -> str:
        """Whether a text has a pattern of RE2."""
        return self.matches.format(text=text, pattern=pattern)


DUCKDB: Final = Dialect(
    "store.audit_events",
    "coalesce({column} ->> '$.{path}', '')",
    "regexp_matches({text}, '{pattern}')",
    "time_bucket(INTERVAL 10 MINUTE, TimeGenerated)",
)
CHDB: Final = Dialect(
    "events",
    "JSONExtractString({column}, {path})",
    "match({text}, '{pattern}')",
    "toStartOfInterval(TimeGenerated, INTERVAL 10 MINUTE)",
)


def rules(sql: Dialect) -> Mapping[str, str]:
    """The rules by name; each row names a request, or a burst of them."""
    user, name = sql.get("User", "username"), sql.get("ObjectRef", "name")
    resource, namespace = sql.get("ObjectRef", "resource"), sql.get("ObjectRef", "namespace")
    sub = sql.get("ObjectRef", "subresource")
    code = (
        "CAST(ResponseStatus ->> '$.code' AS INTEGER)"
        if sql is DUCKDB
        else "JSONExtractInt(ResponseStatus, 'code')"
    )
    of_a_pod = (
        f"{resource} IN ('pods', 'deployments', 'daemonsets', 'statefulsets', 'replicasets', "
        f"'jobs', 'cronjobs') AND {sub} IN ('', 'ephemeralcontainers')"
    )
    person = f"{user} NOT LIKE 'system:%'"
    outside = f"{user} NOT LIKE 'system:serviceaccount:kube-system:%'"
    done = f"Stage = 'ResponseComplete' AND {code} < 400"
    write = f"Verb IN ('create', 'update', 'patch') AND {done}"
    started = f"{write} AND {of_a_pod} AND {outside}"
    execs = f"{resource} = 'pods' AND {sub} IN ('exec', 'attach') AND {code} < 400"
    request = f"SELECT AuditId, min(TimeGenerated), any_value({user}) FROM {sql.table} WHERE "  # noqa: S608 - of ours
    each = " GROUP BY AuditId"
    burst = f"SELECT {user} AS who, {sql.window} AS moment, count(DISTINCT "
    by_user = " GROUP BY who, moment HAVING found >= "
    script = sql.has("UserAgent", "^(curl|python-requests|Go-http-client|wget)")
    conditions = {
        "pod-exec": execs,
        "reverse-shell-in-pod": f"{execs} AND "
        + sql.has("RequestUri", "dev(%2F|/)(tcp|udp)(%2F|/)|[=+]nc[+&].*-e|mkfifo|pty.spawn"),
        "credentials-read-in-pod": f"{execs} AND "
        + sql.has("RequestUri", "serviceaccount(%2F|/)token|(%2F|/)etc(%2F|/)g?shadow"),
        "port-forward": f"{resource} = 'pods' AND {sub} = 'portforward' AND {code} < 400 AND "
        + sql.has(name, "postgres|mysql|mongo|redis|elastic|kafka|vault|etcd"),
        "ephemeral-container-added": f"{write} AND {sub} = 'ephemeralcontainers'",
        "command-through-kubelet": f"{resource} = 'nodes' AND {sub} = 'proxy' AND {code} < 400 AND "
        + sql.has("RequestUri", "/proxy/+(run|exec|attach|portForward)/"),
        "kubelet-through-proxy": f"{resource} = 'nodes' AND {sub} = 'proxy' AND {code} < 400 AND "
        f"NOT {sql.has('RequestUri', '/proxy/+(metrics|healthz|stats|run|exec|attach)([/?]|$)')}",
        "secrets-listed": f"{resource} = 'secrets' AND Verb = 'list' AND {done} "
        f"AND {namespace} IN ('', 'kube-system') AND ({person} OR {script})",
        "kube-system-token-minted": f"{resource} = 'serviceaccounts' AND {sub} = 'token' "
        f"AND Verb = 'create' AND {namespace} = 'kube-system' AND {done} AND {person}",
        "anonymous-read": f"{user} = 'system:anonymous' AND {code} < 400 AND "
        f"NOT {sql.has('RequestUri', '^/(healthz|livez|readyz|version|openapi)')}",
        "admission-webhook-deleted": f"Verb = 'delete' AND {done} AND {person} AND {resource} "
        "IN ('validatingwebhookconfigurations', 'mutatingwebhookconfigurations')",
        "privileged-identity-impersonated": f"{code} < 400 AND "
        + sql.has("CAST(ImpersonatedUser AS VARCHAR)", '"system:masters"'),
        "binding-to-cluster-admin": f"{resource} IN ('clusterrolebindings', 'rolebindings') AND "
        f"{write} AND {sql.get('RequestObject', 'roleRef', 'name')} = 'cluster-admin'",
        "wildcard-role": f"{resource} IN ('clusterroles', 'roles') AND {write} AND "
        + sql.has("CAST(RequestObject AS VARCHAR)", r'"(verbs|resources)":\["[*]"'),
        "client-certificate-requested": f"{resource} = 'certificatesigningrequests' AND {write} "
        f"AND {sub} = '' AND Verb = 'create' AND {sql.get('RequestObject', 'spec', 'signerName')} "
        "= 'kubernetes.io/kube-apiserver-client'",
        "privileged-container": f"{started} AND "
        + sql.has("CAST(RequestObject AS VARCHAR)", '"privileged":true'),
        "host-pid-pod": f"{started} AND "
        + sql.has("CAST(RequestObject AS VARCHAR)", '"hostPID":true'),
    }
    return {
        **{slug: request + condition + each for slug, condition in conditions.items()},
        "secrets-read-in-burst": f"{burst}{namespace} || '/' || {name}) AS found FROM {sql.table} "
        f"WHERE {resource} = 'secrets' AND Verb = 'get' AND {done} AND ({person} OR {script}) "
        f"{by_user} 12",
        "requests-denied-in-burst": f"{burst}{resource}) AS found FROM {sql.table} "
        f"WHERE {code} IN (401, 403){by_user} 12",
        "events-deleted": f"{burst}AuditId) AS found FROM {sql.table} WHERE {resource} = 'events' "
        f"AND Verb IN ('delete', 'deletecollection') AND {done} AND {person}{by_user} 1",
    }

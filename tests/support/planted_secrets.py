"""Secrets in every place of a log where products and people put them."""

import base64
import json
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final
from urllib.parse import quote, urlencode

START: Final = datetime(2026, 3, 2, 9, 0)  # noqa: DTZ001 written with a Z

FORMS: Final[dict[str, Callable[[Random], str]]] = {
    "random": lambda draw: f"{draw.getrandbits(120):x}Zq",
    "hex": lambda draw: f"{draw.getrandbits(128):032x}",
    "uuid": lambda draw: str(uuid.UUID(int=draw.getrandbits(128))),
    "word": lambda draw: f"hunter{draw.randrange(1000, 10**6)}",
    "marker": lambda draw: f"PLANTED-SECRET-{draw.randrange(10**5, 10**6)}",
    "base64": lambda draw: base64.b64encode(draw.randbytes(24)).decode().rstrip("=+/") + "x1",
}
"""What secrets look like."""

COMMANDS: Final = (
    ("mysql", "-uroot", "-p{}", "-h", "db.shop.svc"),
    ("mysql", "-u", "root", "--password={}"),
    ("redis-cli", "-a", "{}", "keys"),
    ("sshpass", "-p", "{}", "ssh", "root@10.0.0.5"),
    ("curl", "-H", "Authorization: Bearer {}", "https://vault.example/v1/secret"),
    ("curl", "-H", "X-Api-Key: {}", "https://api.example/"),
    ("curl", "-u", "admin:{}", "https://registry.example/v2/"),
    ("curl", "https://admin:{}@registry.example/v2/"),
    ("curl", "https://store.blob.core.windows.net/c/b?sv=2024&sig={}"),
    ("sh", "-c", "export DB_PASSWORD={}; ./run"),
    ("sh", "-c", "PGPASSWORD={} psql -h db"),
    ("sh", "-c", "echo {} > /tmp/x"),
    ("sh", "-c", "echo '{}' | base64 -d | sh"),
    ("bash", "-lc", 'TOKEN="{}" && curl -d token=$TOKEN https://x.example'),
    ("psql", "postgresql://app:{}@db:5432/shop"),
    ("az", "storage", "blob", "list", "--account-key", "{}"),
    ("kubectl", "create", "secret", "generic", "x", "--from-literal=k={}"),
    ("python3", "-c", "import os; os.environ['K']='{}'"),
    ("htpasswd", "-b", "/etc/h", "user", "{}"),
    ("vault", "login", "{}"),
)

KUBECONFIG: Final = "apiVersion: v1\nkind: Config\nusers:\n- name: a\n  user:\n    token: {}\n"


class PlantedLog:
    """A log with a secret in each event, drawn anew for each place.

    Attributes:
        secrets: all that are planted, by the place.
    """

    def __init__(self, seed: int) -> None:
        self._draw = Random(seed)  # noqa: S311 the same for the same seed
        self.secrets: list[tuple[str, str]] = []

    def lines(self, count: int) -> list[str]:
        """Return so many events."""
        places = [*_PLACES]
        return [
            json.dumps(self._event(number, places[number % len(places)])) for number in range(count)
        ]

    def secret(self, place: str) -> str:
        """Draw a secret for a place."""
        form = self._draw.choice(list(FORMS))
        found = FORMS[form](self._draw)
        self.secrets.append((f"{place}, {form}", found))
        return found

    def _event(self, number: int, place: str) -> dict[str, Any]:
        event = base_event(number)
        _PLACES[place](event, lambda: self.secret(place), self._draw)
        return event


def base_event(number: int) -> dict[str, Any]:
    """An ordinary event."""
    moment = (START + timedelta(seconds=10 * number)).isoformat() + ".000000Z"
    return {
        "kind": "Event",
        "apiVersion": "audit.k8s.io/v1",
        "level": "RequestResponse",
        "auditID": f"00000000-0000-4000-8000-{number:012d}",
        "stage": "ResponseComplete",
        "requestURI": "/api/v1/namespaces/shop/configmaps/web",
        "verb": "update",
        "user": {"username": "mallory@shop.example", "groups": ["system:authenticated"]},
        "sourceIPs": ["203.0.113.9"],
        "userAgent": "kubectl/v1.34.1 (linux/amd64) kubernetes/93248f9",
        "objectRef": {
            "resource": "configmaps",
            "namespace": "shop",
            "name": "web",
            "apiVersion": "v1",
        },
        "responseStatus": {"metadata": {}, "code": 200},
        "requestReceivedTimestamp": moment,
        "stageTimestamp": moment,
        "annotations": {
            "authorization.k8s.io/decision": "allow",
            "authorization.k8s.io/reason": "",
        },
    }


Secret = Callable[[], str]
Place = Callable[[dict[str, Any], Secret, Random], None]


def _command(event: dict[str, Any], secret: Secret, draw: Random) -> None:
    words = [word.format(secret()) if "{}" in word else word for word in draw.choice(COMMANDS)]
    query = urlencode([("command", word) for word in words] + [("container", "web")])
    _as_exec(event, f"/api/v1/namespaces/shop/pods/web-0/exec?{query}")


def _as_exec(event: dict[str, Any], uri: str, subresource: str = "exec") -> None:
    event["requestURI"], event["verb"] = uri, "get"
    event["objectRef"] = {
        "resource": "pods",
        "namespace": "shop",
        "name": "web-0",
        "apiVersion": "v1",
        "subresource": subresource,
    }
    event["responseStatus"]["code"] = 101 if subresource == "exec" else 200


def _body(event: dict[str, Any], secret: Secret, _draw: Random) -> None:
    event["requestObject"] = event["responseObject"] = {
        "kind": "ConfigMap",
        "apiVersion": "v1",
        "metadata": {
            "name": "web",
            "namespace": "shop",
            "annotations": {
                "kubectl.kubernetes.io/last-applied-configuration": json.dumps({"x": secret()}),
                "vault.example/token": secret(),
                "note": secret(),
            },
        },
        "data": {"password": secret(), "config.yaml": KUBECONFIG.format(secret()), "x": secret()},
    }


def _pod(event: dict[str, Any], secret: Secret, _draw: Random) -> None:
    event["objectRef"] |= {"resource": "pods", "name": "web-0"}
    event["verb"] = "create"
    event["requestObject"] = {
        "kind": "Pod",
        "apiVersion": "v1",
        "metadata": {"name": "web-0", "namespace": "shop", "annotations": {"a": secret()}},
        "spec": {
            "hostPID": True,
            "containers": [
                {
                    "name": "web",
                    "image": "docker.io/alpine:3",
                    "command": ["sh", "-c", f"login --key {secret()}"],
                    "args": [f"--db-password={secret()}", secret()],
                    "env": [{"name": "API_KEY", "value": secret()}],
                    "securityContext": {"privileged": True},
                    "livenessProbe": {
                        "httpGet": {"httpHeaders": [{"name": "X-Token", "value": secret()}]}
                    },
                }
            ],
        },
    }


def _patch(event: dict[str, Any], secret: Secret, _draw: Random) -> None:
    event["verb"] = "patch"
    event["requestObject"] = [
        {"op": "replace", "path": "/data/x", "value": secret()},
        {"op": "add", "path": "/metadata/annotations/y", "value": secret()},
        {"op": "add", "path": "/spec/greeting", "value": {"text": secret()}},
    ]


def _custom(event: dict[str, Any], secret: Secret, _draw: Random) -> None:
    event["objectRef"] |= {"resource": "databases", "apiGroup": "db.example", "name": "main"}
    event["verb"] = "create"
    event["requestObject"] = {
        "kind": "Database",
        "apiVersion": "db.example/v1",
        "metadata": {"name": "main", "namespace": "shop"},
        "spec": {"admin": secret(), "users": [{"name": "a", "pass": secret()}], "url": secret()},
    }


def _message(event: dict[str, Any], secret: Secret, draw: Random) -> None:
    texts = (
        'ConfigMap "web" is invalid: data.x: Invalid value: "{}": must be shorter',
        'admission webhook "x.example" denied the request: password {} is weak',
        "failed calling webhook: Post https://u:{}@hook.example/?token={}: timeout",
        "upstream said: Authorization: Bearer {}",
    )
    text = draw.choice(texts)
    value = secret()
    event["responseStatus"] = {
        "metadata": {},
        "status": "Failure",
        "message": text.replace("{}", value),
        "code": draw.choice((400, 403, 422, 500)),
    }


def _annotations(event: dict[str, Any], secret: Secret, _draw: Random) -> None:
    patch = [{"op": "add", "path": "/metadata/annotations/k", "value": secret()}]
    event["annotations"] |= {
        "patch.webhook.admission.k8s.io/round_0_index_0": json.dumps(
            {"configuration": "c", "webhook": "w.example", "patch": patch, "patchType": "JSONPatch"}
        ),
        "validation.policy.admission.k8s.io/validation_failure": json.dumps(
            [{"message": f"value {secret()} is weak", "policy": "p", "binding": "b"}]
        ),
        "pod-security.kubernetes.io/audit-violations": f"would violate: env {secret()}",
        "company.example/session": secret(),
    }


def _headers(event: dict[str, Any], secret: Secret, draw: Random) -> None:
    event["userAgent"] = draw.choice(
        ("tool/1.0 ({})", "{}", "curl/8 Authorization: Bearer {}")
    ).format(secret())
    extra = {"example.com/session": [secret()]}
    event["user"]["extra"] = extra
    event["impersonatedUser"] = {"username": "ada@shop.example", "extra": {"x": [secret()]}}


def _uri(event: dict[str, Any], secret: Secret, draw: Random) -> None:
    uri = draw.choice(
        (
            "/api/v1/namespaces/shop/services/web:http/proxy/login?password={}",
            "/api/v1/namespaces/shop/services/web:http/proxy/reset/{}",
            "/api/v1/nodes/n/proxy/run/shop/web/web?cmd=mysql%20-p{}",
            "/metrics?access_token={}",
            "/api/v1/namespaces/shop/configmaps/web?token={}&limit=5",
        )
    )
    event["requestURI"] = uri.format(quote(secret()))
    event["verb"] = "get"
    if "/configmaps/" not in uri:
        del event["objectRef"]


def _sas(event: dict[str, Any], secret: Secret, _draw: Random) -> None:
    query = urlencode({"sv": "2024-11-04", "sp": "rl", "sig": secret()})
    event["verb"] = "create"
    event["requestObject"] = {
        "kind": "ConfigMap",
        "metadata": {"name": "web", "namespace": "shop"},
        "data": {"url": f"https://a.blob.core.windows.net/c?{query}"},
        "spec": {"source": f"https://a.blob.core.windows.net/c?{query}"},
    }


_PLACES: Final[dict[str, Place]] = {
    "command": _command,
    "body": _body,
    "pod": _pod,
    "patch": _patch,
    "custom resource": _custom,
    "message": _message,
    "audit annotation": _annotations,
    "header": _headers,
    "request URI": _uri,
    "SAS token": _sas,
}
"""What puts a secret into an event, by the place."""


def found_in(text: str, secrets: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield the planted secrets that a text contains, also as JSON or a URL writes them."""
    for place, secret in secrets:
        if secret in text or quote(secret) in text or json.dumps(secret)[1:-1] in text:
            yield place, secret

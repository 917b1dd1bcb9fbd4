"""Mistakes in audit policies are found with their line, and correct policies have none."""

import json
import random
from itertools import product
from pathlib import Path

import pytest

from kubewitness.audit_policy.aks import AKS_AUDIT_POLICY
from kubewitness.audit_policy.file import read_policy
from kubewitness.audit_policy.lint import lint
from kubewitness.audit_policy.policy import AuditRule
from kubewitness.audit_policy.reachability import find_request
from kubewitness.errors import ExitCode, InputError
from log_generator.audit_log import as_line, events
from support.command import run

HEAD = "apiVersion: audit.k8s.io/v1\nkind: Policy\nomitStages: [RequestReceived]\nrules:\n"
SECRETS = (
    "- level: Metadata\n  resources: [{resources: [secrets, configmaps, serviceaccounts/token]}"
)
SAFE = f"{SECRETS}, {{group: authentication.k8s.io, resources: [tokenreviews]}}]\n"
LAST = "- level: Metadata\n"

GOOD = HEAD + SAFE + "- level: Request\n  resources: [{group: apps}]\n" + LAST


def findings(tmp_path: Path, text: str) -> list[tuple[str, int]]:
    """The code and line of each mistake in a policy."""
    path = tmp_path / "policy.yaml"
    path.write_text(text, "utf-8")
    return [(each.code, int(each.place.rpartition(":")[2])) for each in lint(read_policy(path))]


def test_a_good_policy_has_no_mistake(tmp_path: Path) -> None:
    """Else nobody looks at the mistakes."""
    assert findings(tmp_path, GOOD) == []


RULES: dict[str, tuple[str, list[tuple[str, int]]]] = {
    "shadowed by a catch-all": (
        f"{LAST}- level: RequestResponse\n  verbs: [delete]\n", [("unreachable-rule", 6)]
    ),
    "shadowed by two rules together": (
        "- level: Metadata\n  verbs: [get]\n  resources: [{resources: [pods]}]\n"
        "- level: Metadata\n  verbs: [list]\n  resources: [{resources: ['*']}]\n"
        "- level: Request\n  verbs: [get, list]\n  resources: [{resources: [pods]}]\n" + LAST,
        [("unreachable-rule", 11)],
    ),
    "shadowed by both groups of users": (
        "- level: Metadata\n  userGroups: ['system:authenticated']\n"
        "- level: Metadata\n  userGroups: ['system:unauthenticated']\n" + LAST,
        [("unreachable-rule", 9)],
    ),
    "shadowed paths": (
        "- level: None\n  nonResourceURLs: ['/healthz*']\n"
        "- level: Metadata\n  nonResourceURLs: [/healthz/etcd]\n" + LAST,
        [("unreachable-rule", 7)],
    ),
    "one shadowed entry of two": (
        "- level: Metadata\n  resources: [{resources: [pods]}]\n"
        "- level: Metadata\n  resources:\n  - {resources: [pods]}\n"
        "  - {resources: [nodes]}\n" + LAST,
        [("unreachable-resources", 9)],
    ),
    "not shadowed: a subresource": (
        "- level: Metadata\n  resources: [{resources: [pods]}]\n"
        "- level: Metadata\n  resources: [{resources: [pods/exec]}]\n" + LAST,
        [],
    ),
    "not shadowed: another name": (
        "- level: Metadata\n  resources: [{resources: [pods], resourceNames: [a]}]\n"
        "- level: Metadata\n  resources: [{resources: [pods]}]\n" + LAST,
        [],
    ),
    "bodies of secrets": (
        "- level: Request\n  resources: [{resources: [secrets]}]\n" + LAST,
        [("credentials-logged", 5)],
    ),
    "reads of secrets have no request body": (
        "- level: Request\n  verbs: [get]\n  resources: [{resources: [secrets]}]\n" + LAST,
        [],
    ),
    "responses with tokens": (
        "- level: RequestResponse\n  resources: [{resources: ['serviceaccounts/*']}]\n" + LAST,
        [("credentials-logged", 5)],
    ),
    "exec dropped": (
        "- level: None\n  resources: [{resources: [pods/exec]}]\n" + LAST,
        [("way-in-not-logged", 5)],
    ),
    "exec dropped by verb": (
        "- level: None\n  verbs: [get, list, watch]\n" + LAST, [("way-in-not-logged", 5)]
    ),
    "no last rule": (
        "- level: Metadata\n  resources: [{group: apps}]\n",
        [("way-in-not-logged", 4), ("no-last-rule", 4)],
    ),
    "no outcome": (
        "- level: Metadata\n  omitStages: [ResponseComplete]\n", [("outcome-not-logged", 6)]
    ),
    "misspelt resource": (
        "- level: Metadata\n  resources: [{resources: [pod]}]\n" + LAST, [("unknown-resource", 6)]
    ),
    "resource of another group": (
        "- level: Metadata\n  resources: [{resources: [deployments]}]\n" + LAST,
        [("unknown-resource", 6)],
    ),
    "misspelt subresource": (
        "- level: Metadata\n  resources: [{resources: [pods/exek]}]\n" + LAST,
        [("unknown-resource", 6)],
    ),
    "group with a version": (
        "- level: Metadata\n  resources: [{group: apps/v1}]\n" + LAST, [("version-in-group", 6)]
    ),
    "unknown group": (
        "- level: Metadata\n  resources: [{group: app}]\n" + LAST, [("unknown-group", 6)]
    ),
    "a group of others": (
        "- level: Metadata\n  resources: [{group: cert-manager.io}]\n" + LAST, []
    ),
    "every group": (
        "- level: Metadata\n  resources: [{group: '*'}]\n" + LAST, [("any-group", 6)]
    ),
    "verb of RBAC": (
        "- level: Metadata\n  verbs: [escalate]\n" + LAST, [("unknown-verb", 6)]
    ),
    "group as user": (
        "- level: Metadata\n  users: ['system:masters']\n" + LAST, [("group-as-user", 6)]
    ),
    "user as group": (
        "- level: Metadata\n  userGroups: ['system:serviceaccount:a:b']\n" + LAST,
        [("user-as-group", 6)],
    ),
    "path without slash": (
        "- level: Metadata\n  nonResourceURLs: [healthz]\n" + LAST, [("malformed-path", 6)]
    ),
    "paths and resources": (
        "- level: Metadata\n  nonResourceURLs: [/healthz]\n  resources: [{resources: [pods]}]\n"
        + LAST,
        [("unreachable-rule", 5), ("resources-and-paths", 6)],
    ),
    "cluster-scoped in a namespace": (
        "- level: Metadata\n  namespaces: [shop]\n  resources: [{resources: [nodes]}]\n" + LAST,
        [("namespace-of-cluster-resource", 7)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", RULES)
def test_each_mistake_is_found_at_its_line(name: str, tmp_path: Path) -> None:
    """And nothing else."""
    rules, expected = RULES[name]
    assert findings(tmp_path, HEAD + rules) == expected


def test_a_policy_without_stages_to_omit_is_logged_twice(tmp_path: Path) -> None:
    """A note, which does not change the exit code."""
    text = GOOD.replace("omitStages: [RequestReceived]\n", "")
    assert {code for code, _ in findings(tmp_path, text)} == {"logged-twice"}


def test_missing_keys_are_reported_with_the_mistakes_in_the_rules(tmp_path: Path) -> None:
    """Many published policies lack them."""
    text = "rules:\n- level: None\n  verbs: [get]\n- level: Metadata\n"
    assert [code for code, _ in findings(tmp_path, text)].count("missing-key") == 2
    assert ("way-in-not-logged", 2) in findings(tmp_path, text)


def test_all_faults_of_a_file_are_reported_at_once_with_their_lines(tmp_path: Path) -> None:
    """Unknown keys, levels and stages, which kube-apiserver refuses."""
    path = tmp_path / "policy.yaml"
    path.write_text(
        f"{HEAD}- level: metadata\n- level: None\n  resource: []\n  omitStages: [Done]\n"
    )
    with pytest.raises(InputError) as caught:
        read_policy(path)
    lines = [int(fault.split(": ")[0].rpartition(":")[2]) for fault in caught.value.faults]
    assert sorted(lines) == [5, 7, 8]


def test_the_policy_of_aks_has_one_dead_rule() -> None:
    """As Azure prints it: what its first rule drops, a later one drops again."""
    dead = [
        rule
        for number, rule in enumerate(AKS_AUDIT_POLICY)
        if not find_request(rule, AKS_AUDIT_POLICY[:number])
    ]
    assert dead == [
        AuditRule(
            "None", users=("aksService",), verbs=("get", "list"), resources={"metrics.k8s.io": ()}
        )
    ]


USERS = ("ana", "other")
VERBS = ("get", "delete", "other")
NAMESPACES = ("", "shop", "other")
RESOURCES = tuple(product(("", "apps", "other"), ("pods", "other"), ("", "exec", "other")))
NAMES = ("", "a", "other")
PATHS = ("/healthz", "/healthz/other", "/other")


def random_rule(draw: random.Random) -> AuditRule:
    """A rule with some of few values."""

    def some(*values: str) -> tuple[str, ...]:
        return tuple(draw.sample(values, draw.randint(0, 1))) if draw.random() < 0.6 else ()

    if draw.random() < 0.2:
        return AuditRule("Metadata", verbs=some("get"), paths=some("/healthz", "/healthz*", "*"))
    resources = draw.choice(
        [None, {"": ("pods",)}, {"": ("pods/*",)}, {"": ("*",)}, {"apps": ()}, {"": ("*/exec",)}]
    )
    names = some("a") if resources and all(resources.values()) else ()
    return AuditRule(
        "Metadata",
        users=some("ana"),
        groups=some("g", "system:authenticated"),
        verbs=some("get", "delete"),
        namespaces=some("shop"),
        resources=resources,
        names=names,
    )


def all_events() -> list[dict[str, object]]:
    """Every request of few values."""
    groups = [[*more, base] for base in ("system:authenticated", "system:unauthenticated")
              for more in ([], ["g"])]  # fmt: skip
    events: list[dict[str, object]] = []
    for user, group, verb in product(USERS, groups, VERBS):
        event = {"user": {"username": user, "groups": group}, "verb": verb}
        events += [{**event, "requestURI": path} for path in PATHS]
        for where, (api, one, sub), name in product(NAMESPACES, RESOURCES, NAMES):
            reference = {"namespace": where, "apiGroup": api, "resource": one,
                         "subresource": sub, "name": name}  # fmt: skip
            events.append({**event, "objectRef": reference})
    return events


def test_a_request_is_found_exactly_where_one_exists() -> None:
    """In random policies, against every request of few values; the one that is found is right."""
    draw = random.Random(23)  # noqa: S311 no secret
    events = all_events()
    outcomes = set()
    for _ in range(200):
        rules = [random_rule(draw) for _ in range(draw.randint(1, 5))]
        *earlier, last = rules
        exists = any(
            last.matches(event) and not any(one.matches(event) for one in earlier)
            for event in events
        )
        found = find_request(last, earlier)
        assert (found is not None) == exists, rules
        outcomes.add(exists)
        if found:
            assert last.matches(found.event())
            assert not any(one.matches(found.event()) for one in earlier)
    assert outcomes == {True, False}


def test_the_command_prints_each_mistake_with_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The exit code is 1; 0 for a policy with notes only."""
    (tmp_path / "bad.yaml").write_text(HEAD + LAST + LAST)
    (tmp_path / "good.yaml").write_text(GOOD)
    code, out, _ = run(capsys, "audit-policy", "lint", tmp_path / "bad.yaml")
    assert code == ExitCode.VIOLATION
    assert out.startswith(f"{tmp_path}/bad.yaml:6: error: rule 2 never applies")
    assert run(capsys, "audit-policy", "lint", tmp_path / "good.yaml")[0] == ExitCode.OK
    code, out, _ = run(capsys, "audit-policy", "lint", tmp_path / "bad.yaml", "--format", "github")
    assert (code, out.startswith("::error file=")) == (ExitCode.VIOLATION, True)


def test_the_simulation_names_level_rule_and_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of one request, or what detections find."""
    path = tmp_path / "policy.yaml"
    path.write_text(HEAD + "- level: None\n  verbs: [get]\n" + LAST)
    words = ("audit-policy", "simulate", path)
    request = ("--verb", "get", "--resource", "pods/exec", "--namespace", "shop", "--user", "ana")
    code, out, _ = run(capsys, *words, *request)
    assert code == ExitCode.OK
    assert f": None: rule 1 ({path}:5)" in out
    _, out, _ = run(capsys, *words, "--rule", "pod-exec", "--rule", "host-pid-pod")
    assert "pod-exec: degraded, misses " in out
    assert "host-pid-pod: blind" in out
    assert run(capsys, *words, "--verb", "get")[0] == ExitCode.USAGE


def test_a_diff_names_the_attacks_that_are_lost_and_what_is_saved(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The other way round they are gained."""
    for name, rules in (("a", LAST), ("b", "- level: None\n  verbs: [get]\n" + LAST)):
        (tmp_path / f"{name}.yaml").write_text(HEAD + rules)
    log = b"".join(map(as_line, events(200, seed=3)))
    (tmp_path / "log").write_bytes(log)
    kept = [each for each in events(200, seed=3) if each["stage"] != "RequestReceived"]
    others = [each for each in kept if each["verb"] != "get"]
    a, b = tmp_path / "a.yaml", tmp_path / "b.yaml"
    words = ("--rule", "pod-exec", "--log", tmp_path / "log", "--format", "json")
    code, out, _ = run(capsys, "audit-policy", "diff", a, b, *words)
    found = json.loads(out)
    (lost,) = (each["missed"] for each in found["lost"])
    assert (code, "exec-as-get" in lost, "exec-as-create" in lost) == (ExitCode.OK, True, False)
    before, after = found["volume"]["policies"]
    assert (before["events"], after["events"]) == (len(kept), len(others))
    assert after["bytes"] < before["bytes"] <= found["volume"]["log"]["bytes"] <= len(log)
    _, out, _ = run(capsys, "audit-policy", "diff", b, a, "--rule", "pod-exec")
    assert out.startswith(f"gained: pod-exec finds {', '.join(lost)}\n")

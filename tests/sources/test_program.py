"""What an offline preview cannot know: answered, unknown, or a stop that says what to add."""

import json
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from kubewitness.errors import InputError
from kubewitness.policies.check import CheckResult
from kubewitness.policies.verdict import Outcome
from support.check_source import check_source
from support.engine import write_project
from support.scenarios import PRELUDE

SECURE = {"secure": "v1:not:decryptable"}


def write(folder: Path, source: str, stack: dict[str, Any] | None = None) -> Path:
    """Write a program and, where given, the file of its stack `dev`."""
    program = write_project(folder / "program", PRELUDE + source)
    if stack is not None:
        (program / "Pulumi.dev.yaml").write_text(yaml.safe_dump(stack), "utf-8")
    return program


def answer(program: Path, **answers: Any) -> None:
    """Write the file of answers beside the program."""
    document = {"version": 1, **answers}
    (program / "kubewitness.answers.yaml").write_text(yaml.safe_dump(document), "utf-8")


def outcomes(result: CheckResult) -> dict[str, Outcome]:
    """The outcome by rule."""
    return {verdict.policy_id: verdict.outcome for verdict in result.verdicts}


DIRECT_CALL = """\
client = azure.authorization.get_client_config()
setting("audit", cluster("aks", tags={"tenant": client.tenant_id}).id)
"""
CLIENT_CONFIG = "azure-native:authorization:getClientConfig"


def test_a_direct_call_without_an_answer_stops_with_token_line_and_what_to_add(
    tmp_path: Path,
) -> None:
    """The SDK alone would hand out None, and `/subscriptions/None` would pass for an id."""
    program = write(tmp_path, DIRECT_CALL)
    with pytest.raises(InputError) as stopped:
        check_source(program)
    (fault,) = stopped.value.faults
    line = (PRELUDE + DIRECT_CALL).splitlines().index(DIRECT_CALL.splitlines()[0]) + 1
    assert f"{program}/__main__.py:{line}" in fault
    assert (
        f"functions: {{{CLIENT_CONFIG}: {{clientId: ..., objectId: ..., subscriptionId: ..."
        in fault
    )


EVERYTHING = """\
import asyncio

config = pulumi.Config()
texts = [config.require("a"), config.get("b") or "none"]
numbers = [config.get_int("c") + 1, config.require_float("d"), config.get_bool("e")]
nested = config.require_object("f").get("g")
client = azure.authorization.get_client_config()
vault = azure.keyvault.get_vault(resource_group_name="g", vault_name="v").properties.vault_uri
other = pulumi.StackReference("organization/network/prod")


async def main():
    details = await other.get_output_details("workspaceId")
    await pulumi.runtime.invoke_async("a:b:c", {})
    cluster(details.value)


asyncio.ensure_future(main())
setting("audit", cluster("aks", tags={"tenant": client.tenant_id, "vault": vault}).id)
"""


IDENTITY = "clientId: ..., objectId: ..., subscriptionId: ..., tenantId: ..."
VAULT = (
    "azureApiVersion: ..., id: ..., location: ..., name: ..., properties: ..., systemData: ..., "
    "tags: ..., type: ..."
)


def test_all_missing_answers_are_named_at_once_with_the_fields_of_their_results(
    tmp_path: Path,
) -> None:
    """The program goes on with made-up values, and fails all the same."""
    stack = {"config": {f"program:{key}": SECURE for key in "abcdef"}}
    with pytest.raises(InputError) as stopped:
        check_source(write(tmp_path, EVERYTHING, stack))
    lines = [re.findall("`([^`]*)`$", fault)[0] for fault in stopped.value.faults]
    assert sorted(lines) == [
        *(f"config: {{program:{key}: ...}}" for key in "abcdef"),
        "functions: {a:b:c: {...}}",
        f"functions: {{{CLIENT_CONFIG}: {{{IDENTITY}}}}}",
        f"functions: {{azure-native:keyvault:getVault: {{{VAULT}}}}}",
        "stacks: {organization/network/prod: {workspaceId: ...}}",
    ]


RENDERED = """\
import asyncio


async def render():
    return (await pulumi.runtime.invoke_async("kubernetes:helm:template", {})) or {"result": []}


objects = pulumi.Output.from_input(render())["result"]
objects.apply(lambda found: [cluster(one["name"]) for one in found])
setting("audit", cluster("aks", tags={"first": objects[0]["name"]}).id)
"""


def test_what_a_chart_renders_is_unknown_and_needs_no_answer(tmp_path: Path) -> None:
    """Nobody could write it down; the report says that its objects are not checked."""
    result = check_source(write(tmp_path, RENDERED))
    assert set(outcomes(result).values()) == {Outcome.PASS}
    assert any("`kubernetes:helm:template` would render are not" in n for n in result.loaded.notes)


@pytest.mark.parametrize("call", ["sys.exit(0)", "sys.exit()", "raise SystemExit"])
def test_a_program_that_exits_before_its_end_is_an_error_with_the_line(
    call: str, tmp_path: Path
) -> None:
    """The engine does not wait either for what is being registered."""
    program = write(tmp_path, f'setting("audit", cluster("aks").id)\nimport sys\n{call}\n')
    with pytest.raises(
        InputError, match=r"__main__\.py:\d+: the program fails: the program called"
    ):
        check_source(program)


def test_a_direct_call_is_stopped_even_where_the_program_catches_everything(
    tmp_path: Path,
) -> None:
    """A fallback of the program must not hide that nobody knows."""
    source = (
        "try:\n    azure.authorization.get_client_config()\nexcept Exception:\n    pass\n"
        'setting("audit", cluster("aks").id)\n'
    )
    with pytest.raises(InputError, match=CLIENT_CONFIG):
        check_source(write(tmp_path, source))


def test_a_direct_call_takes_its_answer_from_the_file(tmp_path: Path) -> None:
    """With the line added the program runs."""
    program = write(tmp_path, DIRECT_CALL)
    answer(program, functions={CLIENT_CONFIG: {"tenantId": "t", "subscriptionId": "s"}})
    result = check_source(program)
    assert set(outcomes(result).values()) == {Outcome.PASS}
    (aks,) = (resource for resource in result.resources if resource.name == "aks")
    assert aks.properties["tags"] == {"tenant": "t"}


def test_an_output_call_without_an_answer_is_unknown(tmp_path: Path) -> None:
    """The output form can say that nobody knows, and what rests on it is undecided."""
    source = (
        "client = azure.authorization.get_client_config_output()\n"
        'setting("audit", cluster("aks",\n'
        "    disable_local_accounts=client.apply(lambda known: known.tenant_id is not None)).id)"
    )
    result = check_source(write(tmp_path, source))
    assert outcomes(result)["aks-local-accounts"] is Outcome.UNDECIDED
    assert result.loaded.unanswered == (CLIENT_CONFIG,)


ENCRYPTED = {"config": {"program:workspaceId": SECURE}}


def test_a_plain_read_of_an_encrypted_value_stops_with_key_line_and_what_to_add(
    tmp_path: Path,
) -> None:
    """The value is not None: it is encrypted."""
    source = 'setting("audit", cluster("aks").id, workspace_id=pulumi.Config().get("workspaceId"))'
    program = write(tmp_path, source, ENCRYPTED)
    with pytest.raises(InputError) as stopped:
        check_source(program)
    (fault,) = stopped.value.faults
    assert "`program:workspaceId`" in fault
    assert "config: {program:workspaceId: ...}" in fault
    assert "v1:not:decryptable" not in fault


HIDDEN_DESTINATION = (
    'setting("audit", cluster("aks").id,\n'
    '        workspace_id=pulumi.Config().require_secret("workspaceId"))'
)


def test_an_encrypted_value_read_as_a_secret_is_unknown(tmp_path: Path) -> None:
    """It exists, nobody can read it here, and whether logs go anywhere is undecided."""
    result = check_source(write(tmp_path, HIDDEN_DESTINATION, ENCRYPTED))
    assert outcomes(result)["aks-audit-logs"] is Outcome.UNDECIDED


def test_an_encrypted_value_takes_its_answer_from_the_file(tmp_path: Path) -> None:
    """With an answer it is known, and decided."""
    program = write(tmp_path, HIDDEN_DESTINATION, ENCRYPTED)
    answer(program, config={"program:workspaceId": "/subscriptions/s/w"})
    assert outcomes(check_source(program))["aks-audit-logs"] is Outcome.PASS


def test_an_object_with_something_encrypted_inside_counts_as_encrypted(tmp_path: Path) -> None:
    """Half an object is no object."""
    stack = {"config": {"program:settings": {"days": 90, "key": SECURE}}}
    source = 'pulumi.Config().get_object("settings")'
    with pytest.raises(InputError, match="program:settings"):
        check_source(write(tmp_path, source, stack))


def test_an_environment_with_values_of_its_own_counts_as_imported(tmp_path: Path) -> None:
    """`environment:` may hold values inline, and imports of nothing."""
    values = {"pulumiConfig": {"program:open": True}}
    stack = {"environment": {"imports": None, "values": values}, "config": None}
    source = 'cluster("aks", disable_local_accounts=pulumi.Config().get_bool("open") is None)'
    with pytest.raises(InputError, match="program:open"):
        check_source(write(tmp_path, source, stack))


def test_a_raw_read_of_an_encrypted_value_stops_like_any_other(tmp_path: Path) -> None:
    """Below `Config` lies `get_config`, which some programs call."""
    source = 'pulumi.runtime.get_config("program:workspaceId")'
    with pytest.raises(InputError, match="program:workspaceId"):
        check_source(write(tmp_path, source, ENCRYPTED))


def test_a_misspelt_stack_is_an_error(tmp_path: Path) -> None:
    """Without its file the program would run with another configuration."""
    with pytest.raises(InputError, match=r"no stack `prd`; stacks: dev"):
        check_source(write(tmp_path, "", {}), stack="prd")


def test_a_large_resource_goes_through(tmp_path: Path) -> None:
    """The engine takes 400 MB; gRPC alone would stop at 4."""
    source = 'setting("audit", cluster("aks", tags={"large": "x" * 5_000_000}).id)'
    assert set(outcomes(check_source(write(tmp_path, source))).values()) == {Outcome.PASS}


def test_a_key_that_an_imported_environment_may_hold_stops_the_program(tmp_path: Path) -> None:
    """With ESC a missing key is not known to be missing."""
    stack = {"environment": ["audit/production"], "config": {}}
    source = 'cluster("aks", disable_local_accounts=pulumi.Config().get_bool("open") is None)'
    with pytest.raises(InputError, match="program:open"):
        check_source(write(tmp_path, source, stack))


REFERENCE = """\
other = pulumi.StackReference("organization/network/prod")
setting("audit", cluster("aks").id, workspace_id=other.get_output("workspaceId"))
"""


def test_the_output_of_another_stack_is_unknown_never_none(tmp_path: Path) -> None:
    """A central workspace may or may not be there: undecided, and the report names the stack."""
    result = check_source(write(tmp_path, REFERENCE))
    assert outcomes(result)["aks-audit-logs"] is Outcome.UNDECIDED
    assert result.loaded.unanswered == ("stack organization/network/prod",)


@pytest.mark.parametrize(
    ("outputs", "outcome"),
    [({"workspaceId": "/subscriptions/s/w"}, Outcome.PASS), ({"other": "x"}, Outcome.FAIL)],
    ids=["there", "not there"],
)
def test_the_output_of_another_stack_takes_its_answer_from_the_file(
    tmp_path: Path, outputs: dict[str, str], outcome: Outcome
) -> None:
    """An answer decides either way."""
    program = write(tmp_path, REFERENCE)
    answer(program, stacks={"organization/network/prod": outputs})
    assert outcomes(check_source(program))["aks-audit-logs"] is outcome


def test_the_output_of_another_stack_awaited_as_a_plain_value_stops(tmp_path: Path) -> None:
    """`get_output_details` would hand out an empty answer."""
    source = (
        "import asyncio\n"
        'other = pulumi.StackReference("organization/network/prod")\n'
        "async def main():\n"
        '    await other.get_output_details("workspaceId")\n'
        "asyncio.ensure_future(main())\n"
        'setting("audit", cluster("aks").id)\n'
    )
    with pytest.raises(InputError, match="output of another stack `workspaceId`"):
        check_source(write(tmp_path, source))


def test_properties_of_a_resource_read_with_get_are_unknown_or_answered(tmp_path: Path) -> None:
    """A read hands out nothing that nobody gave."""
    source = (
        "known = azure.operationalinsights.Workspace.get('known', '/w')\n"
        "flag = known.name.apply(lambda name: name == 'central')\n"
        'setting("audit", cluster("aks", disable_local_accounts=flag).id)'
    )
    program = write(tmp_path, source)
    assert outcomes(check_source(program))["aks-local-accounts"] is Outcome.UNDECIDED
    answer(program, resources={"/w": {"name": "central"}})
    assert outcomes(check_source(program))["aks-local-accounts"] is Outcome.PASS


def test_every_fault_in_the_answers_is_told_without_its_value(tmp_path: Path) -> None:
    """An answer may be a secret, so an error shows the path alone."""
    program = write(tmp_path, "")
    answer(program, config=["topsecret"], function={"a": "topsecret"})
    with pytest.raises(InputError) as stopped:
        check_source(program)
    file = program / "kubewitness.answers.yaml"
    assert stopped.value.faults == (
        f"{file}:1: config: must be a mapping, as `key: value`",
        f"{file}:3: function: unknown key; did you mean `functions`?",
    )


@pytest.mark.parametrize(
    "text", ["*topsecret", "!topsecret", "!!int topsecret", "!!bool topsecret", "'topsecret", "@"]
)
def test_answers_that_are_no_yaml_are_told_without_their_values(text: str, tmp_path: Path) -> None:
    """Each is a password that somebody forgot to put in quotes."""
    program = write(tmp_path, "")
    file = program / "kubewitness.answers.yaml"
    file.write_text(f"version: 1\nconfig:\n  password: {text}\n", "utf-8")
    with pytest.raises(InputError) as stopped:
        check_source(program)
    (fault,) = stopped.value.faults
    assert re.fullmatch(rf"{re.escape(str(file))}(:\d)?: cannot be read as YAML: .*", fault)
    assert "topsecret" not in fault


def test_configuration_comes_from_project_and_stack(tmp_path: Path) -> None:
    """Defaults of `Pulumi.yaml`, overridden by the stack's file, objects as JSON."""
    program = write_project(
        tmp_path,
        "import json, pulumi\n"
        "config = pulumi.Config()\n"
        "open('seen.json', 'w').write(json.dumps([config.get('short'), config.get_int('typed'),\n"
        "    config.get('stack'), config.get_object('object'), pulumi.get_stack(),\n"
        "    pulumi.Config('azure-native').get('location')]))\n",
    )
    manifest = json.loads((program / "Pulumi.yaml").read_text("utf-8"))
    manifest["config"] = {
        "short": "s",
        "typed": {"type": "integer", "default": 7},
        "stack": "project",
        "azure-native:location": {"value": "westeurope"},
    }
    (program / "Pulumi.yaml").write_text(yaml.safe_dump(manifest), "utf-8")
    (program / "Pulumi.live.yaml").write_text(
        "config:\n"
        "  program:stack: off\n"  # not a boolean in the YAML that the Pulumi CLI reads
        "  program:object: {a: [1, 12:30, 2024-01-01]}\n",
        "utf-8",
    )
    check_source(program)
    seen = json.loads((program / "seen.json").read_text("utf-8"))
    assert seen == ["s", 7, "off", {"a": [1, "12:30", "2024-01-01"]}, "live", "westeurope"]


def test_several_stacks_ask_which_one(tmp_path: Path) -> None:
    """A guess could check the wrong one."""
    program = write(tmp_path, "", {})
    (program / "Pulumi.prod.yaml").write_text("config: {}\n", "utf-8")
    with pytest.raises(InputError, match=r"dev, prod.*--stack"):
        check_source(program)
    assert check_source(program, stack="prod").loaded.stack.name == "prod"


def test_an_environment_that_does_not_exist_says_how_to_get_one(tmp_path: Path) -> None:
    """The interpreter named in `Pulumi.yaml` is used, or nothing is."""
    program = write(tmp_path, "")
    shutil.copy(program / "Pulumi.yaml", tmp_path / "kept")
    manifest = {"name": "program", "runtime": {"name": "python", "options": {"virtualenv": "no"}}}
    (program / "Pulumi.yaml").write_text(yaml.safe_dump(manifest), "utf-8")
    with pytest.raises(InputError, match=r"no/bin/python.*--python"):
        check_source(program)
    assert check_source(program, python=Path(sys.executable)).verdicts == ()


def test_a_main_elsewhere_runs_in_its_own_folder(tmp_path: Path) -> None:
    """`main:` names a folder or a file; modules beside it can be imported."""
    write(tmp_path, "")
    program = tmp_path / "program"
    (program / "infra").mkdir()
    (program / "infra" / "helper.py").write_text("NAME = 'aks'\n", "utf-8")
    source = PRELUDE + 'import helper\nsetting("audit", cluster(helper.NAME).id)\n'
    (program / "infra" / "start.py").write_text(source, "utf-8")
    manifest = json.loads((program / "Pulumi.yaml").read_text("utf-8")) | {"main": "infra/start.py"}
    (program / "Pulumi.yaml").write_text(json.dumps(manifest), "utf-8")
    assert set(outcomes(check_source(program)).values()) == {Outcome.PASS}


def test_a_module_of_the_program_does_not_stand_in_for_one_that_the_sdk_imports(
    tmp_path: Path,
) -> None:
    """The language host imports the SDK before it can find the program's folder, too."""
    program = write_project(tmp_path, PRELUDE + 'import mine\nsetting("audit", cluster("aks").id)')
    (program / "mine.py").write_text("", "utf-8")
    for name in ("platform", "google", "queue"):
        (program / f"{name}.py").write_text("raise RuntimeError('of the program')", "utf-8")
    assert {verdict.outcome for verdict in check_source(program).verdicts} == {Outcome.PASS}


def test_a_program_that_ends_before_its_end_is_an_error(tmp_path: Path) -> None:
    """Half a program is no program, whatever its exit code."""
    source = 'setting("audit", cluster("aks").id)\nimport os\nos._exit(0)\n'
    with pytest.raises(InputError, match="ended early"):
        check_source(write(tmp_path, source))


def test_an_awaited_function_without_an_answer_stops(tmp_path: Path) -> None:
    """`invoke_async` hands out None for a result that nobody knows."""
    source = (
        "import asyncio\n"
        "async def main():\n"
        f"    await pulumi.runtime.invoke_async({CLIENT_CONFIG!r}, {{}})\n"
        "asyncio.ensure_future(main())\n"
        'setting("audit", cluster("aks").id)\n'
    )
    with pytest.raises(InputError, match=CLIENT_CONFIG):
        check_source(write(tmp_path, source))


def test_two_resources_of_one_urn_are_an_error(tmp_path: Path) -> None:
    """The engine refuses a duplicate; a check that merged them would judge half."""
    with pytest.raises(InputError, match="Duplicate resource URN"):
        check_source(write(tmp_path, 'cluster("aks")\ncluster("aks")'))

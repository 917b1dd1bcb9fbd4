"""The user's answers for values that are unknown in an offline preview, from a YAML file.

The file belongs to the repository that is checked, and must not select settings of the policies.

Example:
    version: 1
    config:                       # values of encrypted keys, or of keys that ESC provides
      my-project:adminGroup: 00000000-0000-0000-0000-000000000000
    functions:                    # results of provider functions, by token
      azure-native:authorization:getClientConfig:
        subscriptionId: 00000000-0000-0000-0000-000000000000
    stacks:                       # outputs of other stacks
      organization/network/prod:
        workspaceId: /subscriptions/…
    resources:                    # properties of resources read with `.get()`, by id
      /subscriptions/…/managedClusters/shared:
        location: westeurope
"""

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from kubewitness.documents.explain import validate
from kubewitness.documents.reader import read_yaml

ANSWERS_FILE: Final = "kubewitness.answers.yaml"
"""The default answers file, next to `Pulumi.yaml`."""


def _refuse_tags(_tags: Any) -> None:
    raise ValueError("tags select settings of the policies; give them with `--tags NAME=VALUE`")


class Answers(BaseModel):
    """The answers; see the module's example. Everything is optional."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Literal[1] = 1
    config: dict[str, Any] = {}
    functions: dict[str, dict[str, Any]] = {}
    stacks: dict[str, dict[str, Any]] = {}
    resources: dict[str, dict[str, Any]] = {}
    tags: Annotated[Any, AfterValidator(_refuse_tags)] = Field(default=None, exclude=True)


def load_answers(folder: Path, file: Path | None) -> Answers:
    """Read the answers.

    Args:
        folder: the project's folder, where `kubewitness.answers.yaml` is looked for.
        file: another file that the user names; then it must exist.

    Raises:
        InputError: the file cannot be read; every fault in it, without the value.
    """
    path = file or folder / ANSWERS_FILE
    if file is None and not path.is_file():
        return Answers()
    read = read_yaml(path)
    return validate(replace(read, data=read.mapping()), Answers)

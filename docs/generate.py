"""Writes what is generated: pages, the arguments' TypedDicts and the schema of the components."""

import json
import sys
from pathlib import Path

from kubewitness.detections.library import all_detections
from kubewitness.policies.examples import PRELUDE
from kubewitness.policies.registry import all_policies
from kubewitness.provision.host import ComponentHost
from kubewitness.reports.detections_page import detections_page
from kubewitness.reports.policy_page import policies_index, policy_page

DOCS = Path(__file__).parent
sys.path[:0] = [str(DOCS), str(DOCS.parent / "tests")]

from generate_arguments import reference_page, typed_dicts  # noqa: E402 it stands beside this one

from agreement.default_cluster_table import page as default_cluster_page  # noqa: E402 likewise
from agreement.detections import SAMPLE  # noqa: E402 likewise
from agreement.detections_table import page as detection_agreement_page  # noqa: E402 likewise
from agreement.feature_table import page as features_page  # noqa: E402 likewise
from agreement.table import page  # noqa: E402 it stands beside the test that it is
from agreement.undone_settings_table import page as undone_settings_page  # noqa: E402 likewise


def pages() -> dict[Path, str]:
    """Each generated page, by its path."""
    policies = {
        DOCS / "policies" / f"{policy.id}.md": policy_page(policy) for policy in all_policies()
    }
    # Events of others are not in this repository: where they are not at hand, the page stays.
    others = {DOCS / "detection-agreement.md": detection_agreement_page} if SAMPLE.is_file() else {}
    return {
        **policies,
        **{path: write() for path, write in others.items()},
        DOCS / "policies" / "README.md": policies_index(all_policies(), PRELUDE),
        DOCS / "agreement.md": page(),
        DOCS / "detections.md": detections_page(all_detections()),
        DOCS / "default-cluster.md": default_cluster_page(),
        DOCS / "features.md": features_page(),
        DOCS / "undone-settings.md": undone_settings_page(),
        DOCS / "reference" / "arguments.md": reference_page(),
        **typed_dicts(),
        DOCS.parent / "components" / "schema.json": schema(),
    }


def schema() -> str:
    """What Pulumi makes every language's SDK from."""
    return json.dumps(json.loads(ComponentHost().schema or "{}"), indent=1) + "\n"


def main() -> None:
    """Write them all."""
    for path, text in pages().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")


if __name__ == "__main__":
    main()

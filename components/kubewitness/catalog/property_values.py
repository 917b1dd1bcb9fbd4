"""How Pulumi marks special values in the JSON of its protocol and of its states.

Such a value is an object whose member `SIGNATURE` contains its kind. Source:
`sdk/go/common/resource/sig/sig.go` of pulumi/pulumi.
"""

from typing import Final

SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 a mark, not a password
OUTPUT: Final = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
REDACTED: Final = "[secret]"
"""The text that the Pulumi CLI writes in place of a secret that it cannot decrypt."""
RESOURCE: Final = "5cf8f73096256a8f31e491e813e4eb8e"
ASSET: Final = "c44067f5952c0a294b673a41bacd8c17"

"""Which subjects of a log are meant."""

from collections.abc import Collection, Iterable, Sequence

from kubewitness.azure.resource_ids import comparable, fold
from kubewitness.documents.suggestions import did_you_mean
from kubewitness.errors import InputError, NothingToCheckError
from kubewitness.investigate.access.permissions import SERVICE_ACCOUNT, Subject
from kubewitness.investigate.identities import NO_IDENTITIES, Identities


def chosen_subjects(
    subjects: Collection[Subject],
    words: Iterable[str],
    cluster: str | None,
    identities: Identities = NO_IDENTITIES,
) -> Sequence[Subject]:
    """Return the subjects that were asked for, all by default.

    Args:
        words: user names, or `NAMESPACE/NAME` of service accounts.
        identities: whose names can replace their IDs.
        cluster: the name or the Azure ID of a cluster; None for all.

    Raises:
        InputError: the log does not have the cluster.
        NothingToCheckError: the log has none of the subjects.
    """
    within = [one for one in subjects if cluster is None or _is_cluster(one.cluster, cluster)]
    if cluster and not within:
        known = sorted({one.cluster for one in subjects if one.cluster})
        named = [each.rpartition("/")[2] for each in known]
        listed = f"the log has {', '.join(named)}" if named else "the log names no cluster"
        raise InputError(f"--cluster {cluster}: no request{did_you_mean(cluster, named, listed)}")
    wanted = list(words)
    if not wanted:
        return sorted(within)
    found = {word: [one for one in within if _is_subject(one, word, identities)] for word in wanted}
    if missing := [word for word in wanted if not found[word]]:
        names = {one.user for one in within}
        raise NothingToCheckError(
            "\n".join(
                f"--subject {word}: no authorized request"
                + did_you_mean(word, names, "`kubewitness access` without it lists all subjects")
                for word in missing
            )
        )
    return sorted({one for each in found.values() for one in each})


def _is_cluster(identifier: str, word: str) -> bool:
    return comparable(word) in (comparable(identifier), comparable(identifier).rpartition("/")[2])


def _is_subject(subject: Subject, word: str, identities: Identities) -> bool:
    """Return whether a word names a subject; Entra ID does not distinguish case."""
    account = f"{SERVICE_ACCOUNT}{word.replace('/', ':')}" if "/" in word else word
    return fold(subject.user) in {fold(word), fold(account), *identities.ids(word)}

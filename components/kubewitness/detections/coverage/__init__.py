"""Which detections would work on a cluster, by what its settings collect."""

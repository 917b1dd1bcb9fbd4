"""The component that deploys detections to a workspace."""

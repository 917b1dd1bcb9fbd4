"""The component that makes an immutable archive for audit logs."""

"""The policies as a CrossGuard pack, which the Pulumi engine loads."""

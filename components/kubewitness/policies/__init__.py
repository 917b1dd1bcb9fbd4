"""ENFORCE: the policies, what they decide, and the CrossGuard pack made of them."""

"""ENFORCE: the rules, what they decide, and the CrossGuard pack made of them."""

"""The normalised resources that every rule reads, and the links between them."""

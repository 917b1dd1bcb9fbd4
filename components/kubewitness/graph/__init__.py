"""The normalised resources that every policy reads, and the links between them."""

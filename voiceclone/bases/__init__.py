"""Base models: the interface they share, their catalogue, and one room for each family."""

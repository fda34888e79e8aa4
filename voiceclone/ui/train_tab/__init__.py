"""The tab in which you choose a base model, train, watch and compare."""

"""Tab 2: choose a base model, train, watch and compare."""

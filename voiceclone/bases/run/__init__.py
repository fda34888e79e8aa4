"""What every trainer needs for a run: its clock, checkpoints, notes, and a watch for divergence."""

"""Training runs: their folder on disk, the process that trains, and how to start, stop and watch it."""

"""The kit all trainers are built on: plan, clock, checkpoints, divergence, metrics, notes, held-out clips."""

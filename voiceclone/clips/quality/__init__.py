"""Is a clip fit to train on? Measurements, verdicts, cleaning, the room check."""

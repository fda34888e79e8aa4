"""Is a clip fit to train on? Measurements, verdicts, cleaning and the room check."""

"""Training data for Kokoro: alignment, pitch and loudness of each clip, and their cache."""

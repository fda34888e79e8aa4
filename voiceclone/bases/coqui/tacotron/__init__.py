"""Tacotron 2 with its vocoder."""

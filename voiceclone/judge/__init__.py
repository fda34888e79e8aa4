"""Judges of a finished voice: likeness, words, naturalness, tone excess. None of them is ever a training loss."""

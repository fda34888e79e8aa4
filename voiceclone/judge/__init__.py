"""Judges of a finished voice: likeness, pitch, words, naturalness, tone excess. None is ever a training loss."""

"""Voices: their files, the library of a data folder, instant voices and speech."""

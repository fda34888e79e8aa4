"""Transcripts that come with recordings: tables, subtitles, labels, TextGrids, and their encodings."""

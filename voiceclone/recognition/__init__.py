"""Speech recognition: transcripts, the recognisers for other languages, language identification."""

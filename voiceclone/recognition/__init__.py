"""Speech recognition: transcription, models for other languages, language identification."""

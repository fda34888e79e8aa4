"""Audio processing: decoding, resampling, loudness, voice activity, acoustics, pitch and pictures."""

"""Sound as numbers: decoding, resampling, loudness, speech detection, acoustics, pitch and pictures."""

"""How a voice is judged: speaker similarity, word error rate, naturalness, pitch, tones. Never used as a loss."""

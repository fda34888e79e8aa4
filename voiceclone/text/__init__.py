"""From written text to what the base model reads: spoken words, sentences, phonemes."""

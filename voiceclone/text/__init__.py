"""From written text to the input of the base model: spoken words, sentences, phonemes."""

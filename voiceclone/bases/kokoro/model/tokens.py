"""Phonemes as the token ids that the network reads."""

from voiceclone.bases.kokoro.model.weights import vocabulary


def phonemes_to_tokens(phonemes: str) -> list[int]:
    """Return the token ids of a phoneme string, boundary tokens not included."""
    symbols = vocabulary()
    return [symbols[symbol] for symbol in phonemes if symbol in symbols]

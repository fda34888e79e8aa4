"""Blind listening tests: pairs of the same sentence in hidden order, the listener's choices, and what they prove."""

from voiceclone.blind.model import BlindQuestion, BlindTest, Pair, Side
from voiceclone.blind.result import BlindResult, result_of

__all__ = ["BlindQuestion", "BlindResult", "BlindTest", "Pair", "Side", "result_of"]

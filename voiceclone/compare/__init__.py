"""Does training help? Compare several ways to make a voice from one project on the same unseen sentences."""

from voiceclone.compare.model import Comparison, Way
from voiceclone.compare.sentences import unseen_sentences
from voiceclone.evaluation.judge import Figures

__all__ = ["Comparison", "Figures", "Way", "unseen_sentences"]

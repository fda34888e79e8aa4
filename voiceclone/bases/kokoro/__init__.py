"""Kokoro-82M, the embedded base model: its weights come with pip, and it learns a voice on a processor."""

from voiceclone.bases.kokoro.base import KokoroBase

__all__ = ["KokoroBase"]

"""coqui-tts models behind the base-model interface."""

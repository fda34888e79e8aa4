"""VITS and YourTTS as coqui-tts releases them."""

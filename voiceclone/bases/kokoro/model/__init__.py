"""The Kokoro network: its modules, its weights and where they come from, synthesis."""

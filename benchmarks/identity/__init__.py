"""Is the voice the person? Three speaker encoders tell, from the nearest stranger to the person: see README.md."""

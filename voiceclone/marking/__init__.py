"""Marks in sound made here: an inaudible watermark, signed Content Credentials, plain tags; and the check for them."""

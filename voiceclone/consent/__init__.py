"""Spoken consent: a sentence nobody could record beforehand, and the check that the person in the clips said it."""

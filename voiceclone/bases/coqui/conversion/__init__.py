"""Voice conversion: FreeVC, kNN-VC and OpenVoice."""

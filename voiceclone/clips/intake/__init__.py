"""Recordings become clips: found in files, folders and archives, cut into sentences, matched with their texts."""

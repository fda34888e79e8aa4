"""From recordings to clips: find them in files, folders and archives, cut them into sentences, match their texts."""

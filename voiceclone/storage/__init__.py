"""Files on disk: safe paths, atomic writes, downloads, archives, staging folders."""

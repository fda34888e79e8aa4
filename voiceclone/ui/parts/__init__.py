"""Building blocks of all tabs: markup, theme, errors, background jobs."""

"""What all tabs share: markup, theme, errors, background jobs."""

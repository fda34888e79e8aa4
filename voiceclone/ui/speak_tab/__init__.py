"""The tab in which you speak, convert, listen blind and keep voices."""

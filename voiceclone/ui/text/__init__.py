"""Every word the page shows, by tab: plain, second person. Translating the page means translating this folder."""

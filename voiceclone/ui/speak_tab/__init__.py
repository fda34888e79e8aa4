"""Tab 3: speak, convert, compare voices blind, and manage voices."""

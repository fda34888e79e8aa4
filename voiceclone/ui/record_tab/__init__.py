"""Tab 1: record, add, review and clean clips."""

"""The tab in which you record, add, review and clean clips."""

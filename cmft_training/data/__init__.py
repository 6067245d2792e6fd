"""From drawings to batches: degraded, cut into regions, paired with references. Nothing here learns."""

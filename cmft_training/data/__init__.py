"""From drawings to batches: degraded, segmented, paired with references. Nothing here learns."""

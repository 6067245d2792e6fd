"""How well a drawing is coloured: metrics, validation clips and baselines without learning. Nothing imports it."""

"""Synthetic drawings with known parts, and the training that learns from them."""

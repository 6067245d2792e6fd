"""Drawings as arrays: plates, line art, regions, palettes and mattes. Knows no tensors."""

"""Drawings with known parts, made by a program: puppets, rendered characters, and the example shot."""

"""The drawings that benchmarks colour, and how programs are asked to colour them."""

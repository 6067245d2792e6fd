"""Scored drawings as rows, their figures as columns, and the pages on which people read them."""

"""Files that nobody would make on purpose: read thousands of them, each from a seed, and tell what went wrong."""

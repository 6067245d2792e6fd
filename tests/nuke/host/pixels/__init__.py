"""Pixels of native nodes. The only room of the host that needs numpy and OpenImageIO; loaded when first asked."""

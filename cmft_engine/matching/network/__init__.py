"""The network: tensors in, tensors out. No image files, no host, no settings."""

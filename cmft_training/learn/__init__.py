"""The training loop: configuration, losses, learners, state on disk, validation, ablation."""

"""`python -m cmft_training`: see `learn/train.py`."""

from cmft_training.learn.train import main

if __name__ == "__main__":
    raise SystemExit(main())

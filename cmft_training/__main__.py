"""`python -m cmft_training`."""

from cmft_training.learn.train import main

raise SystemExit(main())

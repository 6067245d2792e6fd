"""`python -m cmft_engine.training`."""

from cmft_engine.training.train import main

raise SystemExit(main())

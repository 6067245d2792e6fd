"""`python -m cmft_engine` is the command `cmft`."""

from .cli import main

if __name__ == "__main__":
    main()

"""The program `cmft`, also `python -m cmft_engine`: signals are heard before anything that takes time is loaded."""

from .stopping import catch_signals


def main() -> None:
    """Run the command line of this process."""
    catch_signals()
    from .cli import main as command_line

    command_line()


if __name__ == "__main__":
    main()

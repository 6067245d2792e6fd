"""What the commands of `cmft` do, free of the command line: arguments in, results out, nothing printed."""

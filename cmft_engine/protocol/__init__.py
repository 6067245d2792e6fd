"""What a host may import: errors, settings, jobs, events and the client. Standard library, Python 3.7 syntax."""

"""The whole flow of a run: plates in, coloured plates and a report out."""

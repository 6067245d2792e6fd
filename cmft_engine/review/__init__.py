"""What a person looks at after a run: the report of what to check by hand."""

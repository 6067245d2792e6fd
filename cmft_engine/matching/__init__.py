"""What a drawing shows of its references: matches, votes, and the colours that they decide. Knows no image files."""

"""From a line plate to regions: ink, paper, gaps, and what the lines enclose. Knows neither paint nor tensors."""

"""Two saved runs held against each other: which cells are faster, which slower, and whether a gate fails."""

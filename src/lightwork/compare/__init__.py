"""Two saved runs side by side: which cells are faster or slower, and whether a gate fails. `lightwork compare`."""

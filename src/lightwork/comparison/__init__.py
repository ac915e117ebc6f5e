"""Two saved runs: what got faster or slower, and a gate for CI."""

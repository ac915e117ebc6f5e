"""The saved runs that the documentation's figures come from."""

from pathlib import Path

EXAMPLE = Path(__file__).parent.parent / "example"
QUICK = EXAMPLE / "quick.json"
MANY = EXAMPLE / "many.json"
VALIDATION = EXAMPLE / "validation.json"
COSTS = EXAMPLE / "costs.json"
FAULTS = EXAMPLE / "faults.json"
STORY = EXAMPLE / "story.json"  # of which the rounds that are drawn have kept their ledgers and workers
SHARING = EXAMPLE / "sharing.json"  # of which no round has kept its ledger
PLAN = EXAMPLE / "plan.txt"
STORY_PLAN = EXAMPLE / "story-plan.txt"

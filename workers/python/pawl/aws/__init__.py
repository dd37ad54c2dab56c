"""The worker's own function ``pawl:aws``: Task states that call AWS services."""

"""The worker's own function ``pawl:http``: Task states that call HTTP endpoints."""

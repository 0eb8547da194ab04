"""What people see in Slack: pure functions from domain state to text and Block Kit."""

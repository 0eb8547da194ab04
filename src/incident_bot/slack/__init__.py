"""Slack: what comes in (listeners), what goes out (gateway, effects), what people see (views)."""

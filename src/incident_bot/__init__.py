"""Incident Bot: a self-hosted Slack bot that runs incidents and drafts the postmortem."""

__version__ = "0.1.0"

"""Fixtures for the documents."""

import pytest

from tests.postmortem.book import Book
from tests.postmortem.checkout import checkout


@pytest.fixture
def book() -> Book:
    """A journal to write into; nothing is in it yet."""
    return Book()


@pytest.fixture
def finished() -> Book:
    """A whole incident, written up and approved, with nothing missing."""
    return checkout()

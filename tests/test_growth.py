"""The measure of growth tells work that follows the length from work that runs away from it."""

import pytest

from tests import growth


def test_work_that_follows_the_length_passes():
    growth.assert_work_grows_with_length(range, sum, 2_000_000)


def test_work_that_grows_with_the_square_is_told(monkeypatch):
    monkeypatch.setattr(growth, "FLOOR", 0.001)
    with pytest.raises(AssertionError, match=r"for 2,000, .* for 250: more than its length"):
        growth.assert_work_grows_with_length(lambda length: range(length * length), sum, 2_000)

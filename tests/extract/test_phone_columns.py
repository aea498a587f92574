"""Logs of calls and messages by column are what the row reader alone makes of them: the same lake, and all that is told."""

import pytest
from hypothesis import HealthCheck, given, settings

from pipelines.extract import writing
from pipelines.extract.parts import asterisk_cdr_calls, csv_blocks, phone_rows
from tests.extract.by_column import assert_alike
from tests.extract.random_calls import EXCHANGES, LOGS, call_logs, texts_logs
from tests.thorough import TIMES

FORGIVING = settings(
    max_examples=200 * TIMES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Blocks of a few lines, so that a small file has several; few channels held, so that some are forgotten."""
    for module, name, value in (
        (csv_blocks, "BLOCK", 2_000), (csv_blocks, "STRETCH", 2), (phone_rows, "FEW", 1),
        (asterisk_cdr_calls, "CHANNELS_HELD", 3), (writing, "ROWS", 7), (writing, "ROWS_SIZE", 1_000),
    ):  # fmt: skip
        monkeypatch.setattr(module, name, value)


@FORGIVING
@given(source=EXCHANGES, content=call_logs())
def test_call_records_by_column_are_what_the_row_reader_makes_of_them(tmp_path_factory, source, content):
    assert_alike(tmp_path_factory, source, content)


@FORGIVING
@given(source=LOGS, files=texts_logs())
def test_twilios_csv_by_column_is_what_the_row_reader_makes_of_it(tmp_path_factory, source, files):
    assert_alike(tmp_path_factory, source, files)

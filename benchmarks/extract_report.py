"""The figures of ``benchmarks.extract`` as tables."""

from typing import Any

from rich.console import Console

from benchmarks.exports.case import against
from pipelines.load.terminal.layout import plain_table

Found = dict[str, Any]

WIDTH = 132  # of the tables; a narrower terminal breaks their lines, which is better than each cell


def print_report(found: list[Found], console: Console) -> None:
    """Print what ours takes, how that compares, and what two workers make of it."""
    _print_ours(found, console)
    if compared := [each for each in found if "baseline" in each]:
        _print_against(compared, console)
    if any("side_by_side" in each for each in found):
        _print_side_by_side(found, console)
    console.print(
        "\nRates are by CPU seconds; peak MB is the process's, Python and its libraries (about 90) included.", style="dim"
    )
    _print_memory(found, console)


def _print_ours(found: list[Found], console: Console) -> None:
    numbers = ["MB", "files", "messages", "messages/s", "MB/s", "peak MB", "CPU s", "clock s"]
    landed = ["landed/s", "landed MB/s", "landed peak"]
    table = plain_table("export", *numbers, *landed, numbers=[*numbers, *landed], title="Goldthread")
    for each in found:
        ours, lake = each["extracted"], each["landed"]
        table.add_row(
            each["export"], f"{each['megabytes']:.1f}", f"{each['files']:,}", _taken(each),
            f"{ours['messages_per_second']:,}", f"{ours['megabytes_per_second']:.1f}", f"{ours['peak_megabytes']:,}",
            f"{ours['cpu_seconds']:.2f}", f"{ours['seconds']:.2f}", f"{lake['messages_per_second']:,}",
            f"{lake['megabytes_per_second']:.1f}", f"{lake['peak_megabytes']:,}",
        )  # fmt: skip
    console.print(table)


def _taken(each: Found) -> str:
    taken, written = each["extracted"]["messages"], each["messages"]
    return f"{taken:,}" if taken == written == each["landed"]["messages"] else f"{taken:,} OF {written:,}"


def _print_against(found: list[Found], console: Console) -> None:
    numbers = ["read", "a second", "MB/s", "peak MB", "CPU s"]
    table = plain_table(
        "export", "baseline", *numbers, "ours is", "limit", "", numbers=[*numbers, "ours is", "limit"],
        title="\nAgainst the simplest way to read the same files",
    )  # fmt: skip
    for each in found:
        theirs, limit = each["baseline"], each["limit_times_as_long"]
        table.add_row(
            each["export"], each["baseline_name"], f"{theirs['messages']:,}{_unlike(each)}",
            f"{theirs['messages_per_second']:,}", f"{theirs['megabytes_per_second']:.1f}", f"{theirs['peak_megabytes']:,}",
            f"{theirs['cpu_seconds']:.2f}", against(each["times_as_long"]), against(limit) if limit else "none",
            _verdict(each["is_fast_enough"]),
        )  # fmt: skip
    console.print(table)


def _unlike(each: Found) -> str:
    if not each["same_messages"]:
        return " NOT THE SAME"
    return " lines" if each["baseline_unit"] == "lines" else ""


def _print_side_by_side(found: list[Found], console: Console) -> None:
    numbers = ["MB", "1 worker s", "cores used", "2 workers s", "cores used ", "faster", "peak MB of one"]
    table = plain_table("export", *numbers, numbers=numbers, title="\nTwo files landed in workers, seconds of the clock")
    for each in found:
        both = each["side_by_side"]
        one, two = both["workers_1"], both["workers_2"]
        table.add_row(
            each["export"], f"{both['megabytes']:.1f}", f"{one['seconds']:.2f}", _cores(one), f"{two['seconds']:.2f}",
            _cores(two), f"{one['seconds'] / two['seconds']:.2f} x", f"{two['peak_megabytes']:,}",
        )  # fmt: skip
    console.print(table)


def _cores(landed: Found) -> str:
    return f"{landed['cpu_seconds'] / landed['seconds']:.1f}"


def _print_memory(found: list[Found], console: Console) -> None:
    large = [each for each in found if each["is_small_enough"] is not None]
    if not large:
        console.print("Limit of 500 MB for a file of 1 GB: not tested with so little; --megabytes 1000 does.", style="dim")
    for each in large:
        peak = max(each["extracted"]["peak_megabytes"], each["landed"]["peak_megabytes"])
        console.print(
            f"{each['export']}, {each['megabytes']:,.0f} MB: peak {peak:,} MB of 500: {_verdict(each['is_small_enough'])}"
        )


def _verdict(is_met: bool | None) -> str:
    return "" if is_met is None else "met" if is_met else "MISSED"

"""Axes: what people write for several values at once, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lightwork import strategies
from lightwork.errors import UsageError
from lightwork.study import option_values

NUMBERS = st.lists(st.integers(1, 10_000), min_size=1, max_size=20)
ALLOWED = ("fork", "map", "queue")


@pytest.mark.parametrize(
    ("words", "apart_s", "shown"),
    [
        ("20/s", 0.05, "20/s"),
        (" 20 / Second ", 0.05, "20/s"),
        ("300/min", 0.2, "300/min"),
        ("300/m", 0.2, "300/min"),
        ("5000/h", 0.72, "5000/h"),
        ("0.5/s", 2.0, "0.5/s"),
        ("8640/day", 10.0, "8640/day"),
    ],
)
def test_a_rate_is_items_in_a_unit_of_time(words, apart_s, shown):
    """So many a second, minute, hour or day, in whatever way people write that."""
    rate = option_values.rate("rate", words)
    assert (rate.apart_s, str(rate)) == (pytest.approx(apart_s), shown)


@pytest.mark.parametrize("words", ["20", "20/", "/s", "0/s", "-3/s", "inf/s", "nan/s", "20/fortnight", "many/s", ""])
def test_refuses_what_is_no_rate(words):
    """What is no positive number of items in a known unit is refused with examples."""
    with pytest.raises(UsageError, match=r"rate can't be .*such as 20/s, 300/min or 5000/h"):
        option_values.rate("rate", words)


@given(NUMBERS)
def test_counts_read_what_they_are_written_as(numbers):
    """Comma-separated numbers come back in their order, each once."""
    assert option_values.counts("workers", ",".join(map(str, numbers))) == tuple(dict.fromkeys(numbers))


@given(st.integers(1, 500), st.integers(0, 200))
def test_a_range_holds_both_its_ends(first, length):
    """8-11 is 8, 9, 10 and 11; a range of one number is that number."""
    assert option_values.counts("workers", f"{first}-{first + length}") == tuple(range(first, first + length + 1))


def test_ranges_and_numbers_mix():
    """1,4-6,5 is 1, 4, 5, 6: nothing is measured twice."""
    assert option_values.counts("workers", "1, 4-6,5") == (1, 4, 5, 6)


@given(st.lists(st.one_of(st.none(), st.integers(1, 10_000)), min_size=1, max_size=10))
def test_one_word_stands_for_none(found):
    """The word for "leave it" reads as None wherever it stands among the numbers."""
    words = ",".join("default" if number is None else str(number) for number in found)
    assert option_values.counts_or("chunksizes", words, "default") == tuple(dict.fromkeys(found))


@pytest.mark.parametrize("words", ["0", "-1", "1,0", "4-2", "two", "", "1,", "1-", "-", "1.5", "1-2-3"])
def test_refuses_what_is_no_count(words):
    """A count that is no whole number of at least 1 is refused by the axis' name."""
    with pytest.raises(UsageError, match="workers can't be"):
        option_values.counts("workers", words)
    with pytest.raises(UsageError, match="workers can't be"):
        option_values.counts_or("workers", words, "all")


@given(st.lists(st.sampled_from(ALLOWED), min_size=1))
def test_names_read_what_they_are_written_as(found):
    """Known names come back in their order, each once."""
    assert option_values.names("strategy", " , ".join(found), ALLOWED) == tuple(dict.fromkeys(found))


def test_all_is_every_name():
    """The word "all" stands for every allowed name."""
    assert option_values.names("strategy", "all", ALLOWED) == ALLOWED


def test_usual_and_all_stand_for_strategies():
    """The word "usual" may stand among names and takes each once, "all" is every strategy that can be used here."""
    assert option_values.strategy_names("usual") == strategies.USUAL
    assert option_values.strategy_names("threads, usual ,map") == ("threads", *strategies.USUAL)
    assert option_values.strategy_names("all") == tuple(strategies.usable())
    with pytest.raises(UsageError, match=r"unknown strategy 'pool': choose from .*threads"):
        option_values.strategy_names("map,pool")


@pytest.mark.parametrize("words", ["pool", "map,pool", "", "map,,queue", "Map"])
def test_refuses_an_unknown_name(words):
    """An unknown name is refused together with the allowed ones."""
    with pytest.raises(UsageError, match=r"unknown strategy '.*': choose from fork, map, queue"):
        option_values.names("strategy", words, ALLOWED)


@given(st.floats(1e-6, 1e9))
def test_seconds_read_with_and_without_their_unit(number):
    """60 and 60s are the same time."""
    assert option_values.seconds("budget", str(number)) == option_values.seconds("budget", f"{number}s") == number


@pytest.mark.parametrize("word", ["0", "-1", "nan", "inf", "", "s", "1d", "1ss", "soon"])
def test_refuses_what_is_no_time(word):
    """A budget that is not a positive, finite number of seconds is refused."""
    with pytest.raises(UsageError, match=r"budget can't be .* positive number of seconds"):
        option_values.seconds("budget", word)


@given(st.integers(0, 10**12))
def test_a_whole_number_reads_itself(number):
    """A seed may be 0 or any whole number."""
    assert option_values.whole_number("seed", str(number)) == number


@pytest.mark.parametrize("word", ["-1", "1.0", "", "x", "²", "1_000"])
def test_refuses_what_is_no_whole_number(word):
    """Anything else is no seed."""
    with pytest.raises(UsageError, match="seed can't be"):
        option_values.whole_number("seed", word)


def test_a_range_is_refused_before_it_is_built():
    """A range of a billion numbers is refused in one line rather than built."""
    with pytest.raises(UsageError, match="at most 1000 numbers"):
        option_values.counts("workers", "1-1000000000")


@pytest.mark.parametrize(
    ("word", "found"), [("90", 90.0), ("60s", 60.0), ("2m", 120.0), ("1.5min", 90.0), ("1h", 3600.0), (" 5S ", 5.0)]
)
def test_a_time_has_the_units_people_write(word, found):
    """Seconds, minutes and hours."""
    assert option_values.seconds("budget", word) == found


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("800000", 8e5),
        ("2GB", 2e9),
        ("2g", 2e9),
        ("500 MB", 5e8),
        ("1.5GiB", 1.5 * 2**30),
        ("64kib", 2**16),
        ("1T", 1e12),
    ],
)
def test_a_size_has_the_units_people_write(word, found):
    """Powers of 1000 without the i, powers of 1024 with it, in any case."""
    assert option_values.size_bytes("memory-limit", word) == found


@pytest.mark.parametrize("word", ["", "0", "-1GB", "GB", "2XB", "nan", "inf"])
def test_refuses_what_is_no_size(word):
    """Anything that is no positive, finite number of bytes."""
    with pytest.raises(UsageError, match=r"memory-limit can't be .* positive number of bytes"):
        option_values.size_bytes("memory-limit", word)


def test_a_number_may_be_half():
    """Cores come in parts, never none."""
    assert option_values.number("cores", "0.5", "cores") == 0.5
    with pytest.raises(UsageError, match="cores can't be '0': it must be a positive number of cores"):
        option_values.number("cores", "0", "cores")

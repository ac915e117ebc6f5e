"""The lines that leave items out and order them are run on a list."""

from hypothesis import given
from hypothesis import strategies as st

from lightwork.core.setting import Setting
from lightwork.planning.script.arrangement import WIDTH, arrangement

GIVEN = Setting("map", 2)
LETTERS = "abcdefghij"


def arranged(items, left_out=(), first=()):
    """The items after the lines have been run on them."""
    names = {"items": list(items)}
    exec("if True:" + (arrangement(GIVEN, files=False, left_out=left_out, first=first) or "\n    pass"), names)
    return names["items"]


def lines(left_out=(), first=(), setting=GIVEN, files=False):
    """The lines as a user reads them."""
    return [line.strip() for line in arrangement(setting, files=files, left_out=left_out, first=first).split("\n")[1:]]


@given(st.integers(1, 60), st.data())
def test_any_places_left_out_and_any_first(count, data):
    """The items at the first places come first, in their order, then the others in theirs, without those left out."""
    places = st.integers(0, count - 1)
    left_out = data.draw(st.lists(places, unique=True))
    first = data.draw(st.lists(places, unique=True))
    ahead = [place for place in first if place not in left_out]
    others = [place for place in range(count) if place not in left_out and place not in ahead]
    assert arranged(range(count), left_out, first) == ahead + others


def test_one_item_reads_like_what_one_writes_by_hand():
    """A single place is a del or a pop, not a comprehension."""
    assert lines(left_out=[60]) == ["del items[60]  # it failed"]
    assert lines(first=[60]) == ["items.insert(0, items.pop(60))  # the longest item first"]


def test_few_items_are_left_out_in_one_line_and_many_by_a_name():
    """A few places stand in the condition; more of them get a name, and no line is too long."""
    assert lines(left_out=[9, 3]) == ["items = [item for place, item in enumerate(items) if place not in {3, 9}]"]
    many = lines(left_out=range(0, 400, 2))
    assert many[0] == "failing = {"
    assert many[-1] == "items = [item for place, item in enumerate(items) if place not in failing]"
    code = arrangement(GIVEN, files=False, left_out=range(0, 400, 2), first=range(399, 0, -2))
    assert max(map(len, code.splitlines())) <= WIDTH


def test_places_count_among_all_items():
    """An item that comes first is the same one whether or not items before it are left out."""
    assert arranged(LETTERS, left_out=[0, 2], first=[5]) == list("fbdeghij")
    assert arranged(LETTERS, left_out=[5], first=[5]) == list("abcdeghij")


def test_items_that_are_first_anyway_need_no_line():
    """The list's own beginning is not moved."""
    assert lines(first=[0, 1, 2]) == lines() == []


def test_what_comes_first_replaces_the_order_of_the_setting():
    """Places would mean nothing in a sorted list."""
    sorted_by_size = Setting("map", 2, order="largest-first")
    assert lines(setting=sorted_by_size, files=True) == ["items = sorted(items, key=os.path.getsize, reverse=True)"]
    assert lines(first=[0], setting=sorted_by_size, files=True) == []
    assert lines(first=[2], setting=sorted_by_size, files=True) == lines(first=[2])

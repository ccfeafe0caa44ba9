"""A page's text is cut at its own marks and at nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiny_client.errors import ConfigurationError
from tiny_client.layout import END, Marks

MARKS = Marks("secret")
texts = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("<!-->"), max_size=40)
pieces = st.lists(st.tuples(st.sampled_from(["head", "0", "1", "state0"]), texts), max_size=6)


def written(first: str, rest: list[tuple[str, str]]) -> str:
    return first + "".join(f"{MARKS.mark(what)}{text}" for what, text in rest)


@given(texts, pieces)
def test_text_comes_back_as_it_stood_between_the_marks(first, rest):
    layout = MARKS.layout(written(first, rest))
    assert layout.first == first.encode()
    assert list(layout.pieces) == [(what.encode(), text.encode()) for what, text in rest]


@given(texts, pieces)
def test_nothing_is_lost_where_the_end_is_marked(first, rest):
    layout = MARKS.layout(written(first, rest))
    with_end = layout.with_end()
    assert [what for what, _ in with_end].count(END) == 1
    assert b"".join(text for _, text in with_end) == b"".join(text for _, text in layout.pieces)


@pytest.mark.parametrize("end", ["</body></html>", "</BODY >", "</body></html><!-- </body -->"])
def test_end_is_before_the_last_end_of_the_body(end):
    layout = MARKS.layout(written("", [("head", ""), ("0", "</body> in text" + end)]))
    what, text = layout.with_end()[-1]
    assert what == END
    assert end.endswith(text.decode())


def test_marks_of_another_page_are_text():
    text = f"a{Marks('other').mark('0')}b"
    assert MARKS.layout(text).first == text.encode()


def test_slots_without_a_head_are_an_error_that_says_what_to_write():
    with pytest.raises(ConfigurationError, match="fragment_head"):
        MARKS.layout(written("", [("0", "")])).check()
    MARKS.layout(written("", [("state0", "")])).check()

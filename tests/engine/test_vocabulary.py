"""The names of documents: a hash of what they say."""

from hypothesis import given
from hypothesis import strategies as st

from engine.vocabulary import content_hash, text_hash

PARTS = st.lists(st.text() | st.text(st.characters(codec=None)) | st.integers())


@given(PARTS)
def test_the_quick_hash_of_texts_is_their_content_hash(parts):
    assert text_hash(*parts) == content_hash(parts)

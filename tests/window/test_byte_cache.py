"""Pictures are kept within so many bytes."""

from cmft_engine.window.byte_cache import ByteCache


def test_oldest_goes_first():
    """What was used last stays; the size is that of what is kept."""
    cache = ByteCache(10)
    cache.put("a", 1, 4)
    cache.put("b", 2, 4)
    assert cache.get("a") == 1
    cache.put("c", 3, 4)
    assert (cache.get("a"), cache.get("b"), cache.get("c")) == (1, None, 3) and cache.size == 8


def test_replaced_and_too_large():
    """A new value takes the place of the old; one that is larger than all room is kept alone."""
    cache = ByteCache(10)
    cache.put("a", 1, 4)
    cache.put("a", 2, 6)
    assert cache.get("a") == 2 and cache.size == 6
    cache.put("b", 3, 50)
    assert len(cache) == 1 and cache.get("b") == 3 and cache.size == 50

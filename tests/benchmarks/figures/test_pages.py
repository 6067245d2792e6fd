"""Measured pages are written anew, what people wrote below them stays."""

from benchmarks.figures.pages import write_page


def test_remarks_stay(tmp_path):
    """New figures replace the old ones above the remarks; the first page has none."""
    page = tmp_path / "page.md"
    write_page(page, "# Speed\n\nold\n")
    assert page.read_text() == "# Speed\n\nold\n"
    page.write_text(page.read_text() + "\n## Remarks\n- Mind this.\n\n### And this\n")
    for figures in ("new", "newer"):
        write_page(page, f"# Speed\n\n{figures}\n")
        assert page.read_text() == f"# Speed\n\n{figures}\n\n## Remarks\n- Mind this.\n\n### And this\n"
    assert [path.name for path in tmp_path.iterdir()] == ["page.md"]

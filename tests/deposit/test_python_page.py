"""The page on deposits from Python runs as it stands, and prints what it shows."""

from doc_pages import told_and_printed


def test_the_page_prints_what_it_shows(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    told, printed = told_and_printed("deposit-python", tmp_path / "unused.toml")
    assert [text for text in printed if text] == told

"""Reports and the community -> the pages, feeds and search index of the public archive."""

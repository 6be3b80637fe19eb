"""What was counted, for people and programs: the page, its reasons, its downloads and the feed."""

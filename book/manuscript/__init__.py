"""What a chapter is: reading a manuscript, its numbers, its notebooks, and their agreement."""

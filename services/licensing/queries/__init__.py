"""What licensing is asked to show; `questions.py` lists every question."""

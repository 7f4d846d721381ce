"""What membership is asked to show; `questions.py` lists every one it answers."""

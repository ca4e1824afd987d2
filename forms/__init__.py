"""What is asked: the form's definition, the rules for its answers, and its page."""

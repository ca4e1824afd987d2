"""What is sent: who wants what, the issue made from it, and its delivery."""

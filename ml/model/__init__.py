"""What a model is, and the models themselves: they predict and explain the genres of tracks."""

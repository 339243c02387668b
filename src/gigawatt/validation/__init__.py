"""Published figures beside the model's, with the error."""

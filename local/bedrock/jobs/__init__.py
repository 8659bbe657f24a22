"""What works in the background: customization, evaluation and batch inference jobs, and the models that they leave."""

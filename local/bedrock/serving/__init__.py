"""What answers at once: Converse, InvokeModel, and the deployments behind them."""

"""Fine-tuning Kokoro: schedule, losses, trainable parameters, the training loop."""

"""An imaginary country of three small policies, on which the engine itself is tested."""

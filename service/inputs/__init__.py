"""What a recipe reads, or a job on the wire brings: style pictures, and the body to paint."""

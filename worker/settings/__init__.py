"""Environment and `config/*.toml` in, one frozen `Settings` out."""

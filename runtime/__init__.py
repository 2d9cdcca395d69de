"""The running system: settings (the only reader of the environment), wiring (the only constructor of engines, stores
and signers) and logging."""

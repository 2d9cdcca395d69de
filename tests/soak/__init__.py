"""The soak: stations drop scans while programs are killed, servers go, the disk fills and the clock jumps (docs/faults.md)."""

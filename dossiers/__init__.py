"""The pure domain of Sohoa: dossiers, documents, codes, targets and errors. Standard library only."""

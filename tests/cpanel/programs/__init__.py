"""The programs of a server below the scratch ROOT: standard library only, ROOT found from their own place."""

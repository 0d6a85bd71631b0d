"""What runs when an administrator types install.sh, as root."""

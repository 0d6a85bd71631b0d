"""A stand-in for cPanel & WHM on a scratch ROOT: see README.md beside this file."""

from __future__ import annotations

from .accounts import ACCOUNTS, PASSWORD, Account, Login, private_accounts
from .html import Page
from .root import Created, Root, lay_out
from .server import Cpanel
from .switches import SWITCHES
from .visitor import Answer, Visitor

__all__ = [
    "ACCOUNTS",
    "PASSWORD",
    "SWITCHES",
    "Account",
    "Answer",
    "Cpanel",
    "Created",
    "Login",
    "Page",
    "Root",
    "Visitor",
    "lay_out",
    "private_accounts",
]

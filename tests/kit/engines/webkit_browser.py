#!/usr/bin/python3
"""The smallest browser of WebKitGTK that WebDriver can drive: ``webkit_browser.py PROXY_PORT [no-scripts] [dark]``.

It is there because WebKitGTK's own one says nothing of its pages' console while it is driven: their sessions are
private, and private ones are not written about. It runs under the system's Python, which alone has these bindings.
"""

from __future__ import annotations

import sys

import gi  # type: ignore[import-not-found]

gi.require_version("Gtk", "3.0")
gi.require_version("WebKit2", "4.1")
from gi.repository import Gtk, WebKit2  # type: ignore[import-not-found]  # noqa: E402

LOOPBACK = ("localhost", "127.0.0.1", "::1")
context = WebKit2.WebContext.get_default()
settings = WebKit2.Settings(
    enable_javascript="no-scripts" not in sys.argv,
    enable_write_console_messages_to_stdout=True,
    javascript_can_open_windows_automatically=True,
)


def show(view: WebKit2.WebView) -> WebKit2.WebView:
    """In a window of its own."""
    window = Gtk.Window()
    window.set_default_size(1024, 768)
    window.add(view)
    window.show_all()
    view.connect("create", lambda view, _: show(WebKit2.WebView(related_view=view, settings=settings)))
    view.connect("close", lambda _: window.destroy())
    return view


def first() -> WebKit2.WebView:
    return show(WebKit2.WebView(web_context=context, settings=settings, is_controlled_by_automation=True))


Gtk.Settings.get_default().props.gtk_application_prefer_dark_theme = "dark" in sys.argv
context.get_website_data_manager().set_network_proxy_settings(
    WebKit2.NetworkProxyMode.CUSTOM,
    WebKit2.NetworkProxySettings.new(f"http://127.0.0.1:{sys.argv[1]}", LOOPBACK),
)
context.set_automation_allowed(True)
context.connect("automation-started", lambda _, session: session.connect("create-web-view", lambda _: first()))
Gtk.main()

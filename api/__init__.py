"""Every way in and out: HTTP, console pages, command line and reports. ``api.wiring`` joins the domains."""

"""Decides what every page of the console is hung onto, and how its templates speak."""

from __future__ import annotations

from flask import Blueprint

from api.console.words import speak

pages = Blueprint("console", "api.console")
pages.app_context_processor(speak)

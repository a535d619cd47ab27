"""Rewrites an application that was written for Pyramid: its imports, dotted names, asset specs and settings.

Files are changed by replacing words at known places and nothing else, so comments, layout, line ends and encodings stay as
they are. `words` decides what a word means, `python` and `inifile` find the words, `project` goes through the files
of an application and tells what was done and what wasn't. Nothing of the application is imported or run.
"""

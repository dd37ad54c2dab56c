"""Says what kind of package each record of a batch is, from its section and its name."""

from typing import Any

from batch_files import batch_path, key_of, read_batch, write_lines

CLASS_OF_SECTION = {
    "admin": "system",
    "base": "system",
    "debian-installer": "system",
    "debug": "development",
    "devel": "development",
    "doc": "documentation",
    "editors": "applications",
    "fonts": "desktop",
    "games": "games",
    "gnome": "desktop",
    "graphics": "applications",
    "kde": "desktop",
    "kernel": "system",
    "libdevel": "development",
    "libs": "libraries",
    "localization": "documentation",
    "mail": "network",
    "math": "science",
    "net": "network",
    "oldlibs": "libraries",
    "science": "science",
    "shells": "system",
    "sound": "applications",
    "text": "applications",
    "utils": "system",
    "vcs": "development",
    "video": "applications",
    "web": "network",
    "x11": "desktop",
    "xfce": "desktop",
}
LANGUAGES = {
    "golang",
    "haskell",
    "interpreters",
    "java",
    "javascript",
    "lisp",
    "ocaml",
    "perl",
    "php",
    "python",
    "r",
    "gnu-r",
    "ruby",
    "rust",
}


def class_of(record: dict[str, Any]) -> str:
    # "contrib/net" and "non-free/net" are of section "net".
    section = record["section"].rpartition("/")[2]
    if record["package"].startswith("lib") and record["package"].endswith("-dev"):
        return "development"
    if section in LANGUAGES:
        return "languages"
    return CLASS_OF_SECTION.get(section, "other")


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    path = batch_path(event["settings"], event["batch"], "classes")
    classes = (
        {"key": key_of(record), "class": class_of(record)} for record in read_batch(event["batch"])
    )
    return {"file": path, "records": write_lines(path, classes)}

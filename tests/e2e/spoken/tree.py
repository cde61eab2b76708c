"""Prints the tree of the page in front, as AT-SPI gives it to assistive technology: a node a line, with
role, name, description and states. What stands below a name that already says it is left out."""

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi

STATES = ["checked", "required", "invalid-entry", "busy", "modal"]
PASSED_OVER = {"section", "paragraph", "form", "static", "text container", "unknown", "panel"}


def document(node):
    """The first page that is shown, below this node."""
    if node.get_role_name() in ("document web", "document frame"):
        if node.get_state_set().contains(Atspi.StateType.SHOWING) and node.get_child_count():
            return node
    for at in range(node.get_child_count()):
        child = node.get_child_at_index(at)
        found = child and document(child)
        if found:
            return found
    return None


def own_text(node):
    """What is written in the node itself."""
    text = node.get_text_iface() if hasattr(node, "get_text_iface") else None
    written = Atspi.Text.get_text(text, 0, -1) if text else ""
    return written.replace("\ufffc", "").strip()


def show(node, depth, said):
    role, name = node.get_role_name(), (node.get_name() or "").strip()
    held = node.get_state_set()
    written = name or own_text(node)
    if role not in PASSED_OVER or (written and written not in said):
        line = role
        if written:
            line += f' "{written}"'
        if node.get_description():
            line += f' ("{node.get_description()}")'
        if held.contains(Atspi.StateType.FOCUSABLE) and not held.contains(Atspi.StateType.ENABLED):
            line += " disabled"
        for state in STATES:
            kind = getattr(Atspi.StateType, state.upper().replace("-", "_"))
            if held.contains(kind):
                line += f" {state}"
        print("  " * depth + line)
        depth += 1
        said = written or said
    for at in range(node.get_child_count()):
        child = node.get_child_at_index(at)
        if child:
            show(child, depth, said)


desktop = Atspi.get_desktop(0)
for at in range(desktop.get_child_count()):
    app = desktop.get_child_at_index(at)
    page = app and document(app)
    if page:
        show(page, 0, "")
        break

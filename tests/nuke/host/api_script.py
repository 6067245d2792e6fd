"""Functions of `nuke` about nodes and scripts. Each public method becomes a function of the module."""

from __future__ import annotations

import os

from .faults import HostFault, ScriptError
from .knob_texts import at_frame, project_path, technical
from .nodes import INPUTS, Node
from .ranges import Format

NO_SCRIPT = "No such file or directory"


class ScriptApi:
    """Nodes, selection, loading, saving, copying, undo, frames and formats."""

    def __init__(self, session) -> None:
        self._session = session

    def root(self):
        self._session.on_main_thread("nuke.root")
        return self._session.root

    def allNodes(self, filter=None, group=None, recurseGroups=False):
        self._session.on_main_thread("nuke.allNodes")
        found = self._session.all_nodes(group or self._session.group_now(), recurseGroups)
        return [node for node in found if filter in (None, "", node._class)]

    def toNode(self, s):
        self._session.on_main_thread("nuke.toNode")
        return self._session.find_node(s)

    def exists(self, s):
        return self._session.find_node(s) is not None or self._session.expressions.find(self._context(), s) is not None

    def selectedNodes(self, filter=None):
        nodes = self._session.group_now().selectedNodes()
        return [node for node in nodes if filter in (None, node._class)]

    def selectedNode(self):
        nodes = self.selectedNodes()
        if not nodes:
            raise ValueError("no node selected")
        return nodes[0]

    def selectAll(self):
        for node in self._session.group_now()._children:
            node.setSelected(True)

    def createNode(self, typ, knobs="", inpanel=True):
        """Make a node below the selected one, put it into its pipe, select it and open its panel."""
        session = self._session
        group = session.group_now()
        above = next(iter(group.selectedNodes()), None)
        session.undo.begin("create " + typ)
        try:
            node = session.document.create(typ, group, knobs)
            if above is not None and node.maxInputs():
                followers = above.dependent(INPUTS)
                node.setInput(0, above)
                for follower in followers if session.gui else []:
                    follower.setInput(follower._inputs.index(above), node)
            node.selectOnly()
        finally:
            session.undo.end()
        session.document.created(node, by_user=True)
        if inpanel and session.gui:
            session.open_panel(node)
        return node

    def delete(self, n):
        if n is None:
            return
        n._alive(for_change=True)
        self._session.undo.begin("delete")
        try:
            self._session.document.delete(n)
        finally:
            self._session.undo.end()

    def nodeCopy(self, s):
        """Copy the selected nodes to a file or "%clipboard%"."""
        text = self._session.document.save(self.selectedNodes())
        if s == "%clipboard%":
            self._session.interface.clipboard = text
            return
        with open(s, "w", encoding="utf-8") as file:
            file.write(text)

    def nodePaste(self, s):
        """Paste a file or "%clipboard%" below the selected node and select what came; return the last node."""
        session = self._session
        if s == "%clipboard%":
            text = session.interface.clipboard
        else:
            with open(self._script_file(s), encoding="utf-8") as file:
                text = file.read()
        group = session.group_now()
        above = next(iter(group.selectedNodes()), None)
        for node in group._children:
            node.setSelected(False)
        made = session.document.load(text, group, above)
        for node in made:
            node.setSelected(True)
        return made[-1] if made else None

    def _script_file(self, name):
        """Return the file itself, or the one of that name on the plug-in path."""
        if "\\" in name:
            self._session.fault("a path takes forward slashes: {!r}".format(name))
        for folder in [""] + self._session.plugin_path:
            if os.path.isfile(os.path.join(folder, name)):
                return os.path.join(folder, name)
        raise RuntimeError("{}: {}".format(name, NO_SCRIPT))

    def scriptName(self):
        name = self._session.root["name"].value()
        if not name:
            raise RuntimeError("no script name")
        return name

    def scriptReadText(self, s):
        self._session.document.load(s, self._session.group_now())

    def scriptReadFile(self, s):
        with open(self._script_file(s), encoding="utf-8") as file:
            self.scriptReadText(file.read())

    def scriptOpen(self, filename=None):
        path = self._script_file(filename)
        self._session.document.clear()
        with open(path, encoding="utf-8") as file:
            self._session.document.load(file.read(), self._session.root)
        self._session.root._knobs["name"]._restore(path)
        self._session.modified = False

    def scriptClear(self, ignoreUnsavedChanges=False):
        self._session.document.clear()

    def scriptSave(self, filename=None):
        path = filename or self.scriptName()
        self._session.callbacks.run("onScriptSave", self._session.root)
        text = self._session.document.save()
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        self._session.modified = False
        return True

    def scriptSaveAs(self, filename=None, overwrite=-1):
        if not filename:
            filename = self._session.interface.ask("file name")
        if os.path.exists(filename) and overwrite != 1:
            if not self._session.gui:
                raise RuntimeError("{} exists".format(filename))
            if not self._session.interface.ask("overwrite {}?".format(filename)):
                return
        self._session.root._knobs["name"]._restore(filename)
        self.scriptSave(filename)

    def modified(self, state=None):
        if state is not None:
            self._session.modified = bool(state)
        return self._session.modified

    def script_directory(self):
        name = self._session.root["name"].value()
        return os.path.dirname(name)

    def frame(self, f=None):
        self._session.on_main_thread("nuke.frame")
        if f is not None:
            self._session.set_frame(f)
        return int(self._session.frame_now())

    def filename(self, node, i=None):
        """Return a node's file with Tcl evaluated; with nuke.REPLACE that of the current frame."""
        knob = node.knob("file")
        if knob is None:
            return None
        text = self._session.expressions.text(node, knob.getText())
        if not text:
            return None
        text = technical(project_path(text, self._session.directory()))
        return at_frame(text, self.frame(), self._session.view_now()) if i else text

    def undo(self):
        self._session.undo.undo()

    def redo(self):
        self._session.undo.redo()

    def views(self):
        return list(self._session.views)

    def layers(self, node=None):
        if node is None:
            return sorted(self._session.layers)
        return sorted({channel.split(".")[0] for channel in node.channels()})

    def channels(self, node=None):
        return node.channels() if node is not None else self._session.root.channels()

    def formats(self):
        return list(self._session.formats)

    def addFormat(self, s):
        self._session.formats.append(Format._from_script(s))
        return self._session.formats[-1]

    def knobDefault(self, classknob, value=None):
        if value is None:
            return self._session.defaults.get(classknob)
        self._session.defaults[classknob] = value

    def show(self, n, forceFloat=False):
        n.showControlPanel(forceFloat)

    def thisNode(self):
        """Outside a callback this is the root; in a call handed to the main thread it is the wrong node: a fault."""
        context = self._session.contexts[-1]
        if context.node is None and len(self._session.contexts) > 1:
            self._session.fault("nuke.thisNode() in a call from another thread is a random node")
        return context.node or self._session.root

    def thisKnob(self):
        knob = self._session.contexts[-1].knob
        if knob is None:
            raise ValueError("no knob is in context")
        return knob

    def thisGroup(self):
        return self._session.group_now()

    def thisParent(self):
        return self.thisNode()._group

    def thisRoot(self):
        return self._session.root

    def thisClass(self):
        return self.thisNode()._class

    def thisView(self):
        return self._session.view_now()

    def _context(self):
        return self._session.contexts[-1].node or self._session.root

    def expression(self, s):
        return self._session.expressions.number(self._context(), s)

    def value(self, knob, default=None):
        try:
            return self._session.expressions.text(self._context(), "[value {}]".format(knob))
        except ScriptError:
            if default is None:
                raise
            return default

    def tcl(self, cmd, *args):
        if cmd not in ("value", "knob", "exists", "file", "frame", "expression"):
            raise HostFault("nuke.tcl({!r}) is not known to this host".format(cmd))
        words = " ".join([cmd] + ["{" + word + "}" for word in args])
        return self._session.expressions.text(self._context(), "[{}]".format(words))

    def stripFrameRange(self, clipname):
        words = clipname.rsplit(" ", 1)
        return words[0] if len(words) == 2 and words[1].lstrip("-").replace("-", "").isdigit() else clipname

    def dependencies(self, nodes, what=1):
        return [source for node in _listed(nodes) for source in node.dependencies(what)]

    def dependentNodes(self, what=1, nodes=(), evaluateAll=True):
        return [follower for node in _listed(nodes) for follower in node.dependent(what)]


def _listed(nodes):
    return [nodes] if isinstance(nodes, Node) else list(nodes)

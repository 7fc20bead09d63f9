"""The compiler's call graph (-fcallgraph-info=su), and how deep stacks get in it."""
import pathlib
import re

from sources import sources

DECLARED = re.compile(r"recursion: (\w+) at most (\d+) deep: \S")
NODE = re.compile(r'node: \{ title: "([^"]+)" label: "([^"]*)"')
EDGE = re.compile(r'edge: \{ sourcename: "([^"]+)" targetname: "([^"]+)"'
                  r'(?: label: "([^"]*)")?')
FRAME = re.compile(r"\\n(\d+) bytes \(([\w,]+)\)")
INDIRECT = "__indirect_call"
RETURN_ADDRESS = 8


def short(title):
    """"f" of "programs/x/y.c:f", which is how GCC names a static function."""
    name = title.partition("@")[0].rsplit(":", 1)[-1]
    return name.split(".")[0]


class Graph:
    def __init__(self):
        self.frame, self.place, self.calls = {}, {}, {}
        self.sites = {}  # where a pointer is called -> the functions that it is part of

    def read(self, path):
        text = path.read_text("utf-8", errors="replace")
        for title, label in NODE.findall(text):
            size = FRAME.search(label)
            if size:
                self.frame[title] = int(size.group(1)) + RETURN_ADDRESS
                where = label.split("\\n")[1].split(":")
                self.place[title] = (where[0], int(where[1]))
        for source, target, label in EDGE.findall(text):
            self.calls.setdefault(source, set()).add(target)
            if target == INDIRECT:
                self.sites.setdefault(label, set()).add(source)

    def cycles(self):
        """Strongly connected sets of more than one function, or of one that calls
        itself (Tarjan's algorithm, with a stack of its own)."""
        index, low, on, stack, found = {}, {}, set(), [], []

        def visit(root):
            work = [(root, iter(sorted(self.calls.get(root, ()))))]
            index[root] = low[root] = len(index)
            stack.append(root)
            on.add(root)
            while work:
                node, targets = work[-1]
                for target in targets:
                    if target not in index:
                        index[target] = low[target] = len(index)
                        stack.append(target)
                        on.add(target)
                        work.append((target, iter(sorted(self.calls.get(target, ())))))
                        break
                    if target in on:
                        low[node] = min(low[node], index[target])
                else:
                    work.pop()
                    if work:
                        low[work[-1][0]] = min(low[work[-1][0]], low[node])
                    if low[node] == index[node]:
                        part = set()
                        while node not in part:
                            part.add(stack.pop())
                        on.difference_update(part)
                        if len(part) > 1 or node in self.calls.get(node, ()):
                            found.append(frozenset(part))

        for node in sorted(self.frame):
            if node not in index:
                visit(node)
        return found

    def depth(self, bounds):
        """Worst stack in bytes by function; bounds: cycle -> how deep it goes."""
        cycle_of = {node: cycle for cycle in bounds for node in cycle}
        known = {INDIRECT: 0}

        def below(nodes):
            outside = {t for n in nodes for t in self.calls.get(n, ())} - set(nodes)
            return max((walk(t) for t in outside), default=0)

        def walk(node):
            if node not in known:
                cycle = cycle_of.get(node)
                nodes = cycle or (node,)
                times = bounds[cycle] if cycle else 1
                known[node] = sum(self.frame.get(n, 0) for n in nodes) * times \
                    + below(nodes)
            return known[node]

        called = {t for targets in self.calls.values() for t in targets}
        pointed_at = [n for n in self.frame if n not in called
                      and not short(n).endswith("_main")]
        indirect = max((walk(n) for n in pointed_at), default=0)
        known.clear()
        known[INDIRECT] = indirect
        return {n: walk(n) for n in self.frame}


def declared_bounds():
    """How deep each function goes that a source declares a bound for."""
    declared = {}
    for path in sources(".c", ".h", rooms=("programs", "lib", "kernel", "drivers", "boot",
                                           "tests/self")):
        for name, times in DECLARED.findall(path.read_text("utf-8")):
            declared[name] = int(times)
    return declared


def bounds_of(graph, findings):
    """cycle -> how deep it goes; the cycles that nobody bounds are findings."""
    declared, bounds = declared_bounds(), {}
    for cycle in graph.cycles():
        times = [declared[short(n)] for n in cycle if short(n) in declared]
        if times:
            bounds[cycle] = max(times)
        else:
            names = ", ".join(sorted(short(n) for n in cycle))
            where = next(graph.place[n] for n in sorted(cycle) if n in graph.place)
            findings.append((*where, f"recursion without a bound: {names}"))
    return bounds

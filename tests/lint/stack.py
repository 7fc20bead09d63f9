#!/usr/bin/python3
"""Bounds the stack of the ported programs, and refuses recursion that has no bound.

    tests/lint/stack.py BUDGET FILE.ci...

Reads the call graphs that GCC wrote (-fcallgraph-info=su). A cycle is recursion; it
passes only when the source declares how deep it goes, in a comment anywhere:

    recursion: NAME at most N deep: why

NAME being one function of the cycle. The deepest chain of frames from each program's
NAME_main, its declared recursions N times over, must fit in BUDGET bytes. A call
through a pointer counts as the deepest function that nothing calls by name.
"""
import pathlib
import sys

from callgraph import Graph, bounds_of, short
from sources import report


def main():
    budget = int(sys.argv[1])
    graph = Graph()
    for name in sys.argv[2:]:
        graph.read(pathlib.Path(name))
    findings = []
    bounds = bounds_of(graph, findings)
    if not findings:
        for node, size in sorted(graph.depth(bounds).items()):
            if not short(node).endswith("_main"):
                continue
            print(f"lint stack: {short(node)} needs at most {size} bytes")
            if size > budget:
                findings.append((*graph.place[node],
                                 f"needs {size} bytes of stack, more than {budget}"))
    report("stack", findings)


main()

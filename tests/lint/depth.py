#!/usr/bin/python3
"""The worst stack depth of every way into the kernel, as a table and as a check.

    tests/lint/depth.py KERNEL.elf OBJECT-FOLDER TABLE

Frames and direct calls come from the compiler (-fcallgraph-info=su, FILE.ci); what the
assembler's functions take is declared beside them:

    ; stack: NAME takes N bytes[, then calls FUNCTION]

A call through a pointer reaches what its operations tables hold: gdb tells the type of
the called expression (pointers.py), and every function that a variable holds there from
the start, or whose address some code takes and whose type fits, may be called. Calls that
the source says more about than types do are declared where they are made, in a comment:

    calls: FUNCTION...    of the line that follows: these and no others ("nothing": none)

    stack: below F, NAME is FUNCTION    what calls through NAME reach while F is running
    stack: below F, no FUNCTION         what F keeps from being called

A recursion needs a bound: "recursion: NAME at most N deep: why" (see stack.py).
WHY=FUNCTION,... in the environment prints the deepest chain of calls from these ways in.
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

from callgraph import Graph, bounds_of, short
from sources import report, sources

ASM = re.compile(r"; stack: (\w+) takes (\d+) bytes(?:, then calls (\w+))?")
DECLARED = re.compile(r"calls: ([\w ,]+?) *(?:\*/)?$")
# Panics end, guarded against themselves: their own row.
ENDS = ("panic", "panic_trap", "__stack_chk_fail")
TAKING = re.compile(r"R_X86_64_(?:32S?|64)\s+\S+\s+(\S+)(?: \+ ([0-9a-f]+))?$")
SECTION = re.compile(r"Relocation section '\.rela(\.text\S*)'")
# What they call runs on another stack: the callers of these are ways in, below.
ELSEWHERE = ("call_on_stack", "switch_prepare")
WORD = re.compile(r"\w+")
CALLED = r"((?:\(\*\w+\)(?=->))?(?:\w+|->|\.|\[[^\]]*\]|\(\))+)\)?\("
FIRST = re.compile(r"\(\*(\w+)\)|(\w+)")


# The called expression, and what gdb can make of it.

def expression_at(lines, line, column, functions):
    """What stands before the arguments of the call at a place: text, or None."""
    text = " ".join(s.strip("\n") for s in [lines[line - 1][column - 1:],
                                            *lines[line:line + 3]])
    if text.startswith("*"):
        text = "(" + text
    match = re.match(CALLED, text)
    if match and match.group(1) in functions and \
            not declaration(function_text(lines, line), match.group(1)):
        # The call is among this one's arguments.
        match = next((m for m in re.finditer(CALLED, text[match.end():])
                      if m.group(1) not in functions), None)
    return re.sub(r"\[[^\]]*\]", "[0]", match.group(1)) if match else None


def function_text(lines, line):
    """The text of the function around a line, its head too."""
    start = line - 1
    while start > 0 and not lines[start].startswith("{"):
        start -= 1
    while start > 0 and lines[start - 1].strip() and \
            lines[start - 1][0] not in "}#/" and \
            not lines[start - 1].startswith(" *"):
        start -= 1
    end = line
    while end < len(lines) and not lines[end - 1].startswith("}"):
        end += 1
    return re.sub(r"/\*.*?\*/", "", "".join(lines[start:end]), flags=re.S)


def declaration(text, name):
    """The type of a parameter or local variable, as text that C can cast to."""
    pointer = re.search(rf"([\w ]+[ *]+)\(\*(?:const |volatile )?{name}(?:\[\w*\])?\)"
                        r"(\((?:[^()]|\([^()]*\))*\))", text)
    if pointer:
        arguments = re.sub(r"(\w[\w ]*[ *]\**)\w+(?=[,)])", r"\1", pointer.group(2))
        arguments = arguments.replace("(void )", "(void)").replace("( )", "(void)")
        result = re.sub(r"\b(static|MUST_CHECK)\b", "", pointer.group(1))
        return " ".join((result + "(*)" + arguments).replace("bool", "_Bool").split())
    for plain in re.finditer(
            rf"(?<![\w>.])((?:struct|enum|union) \w+|\w+)(?: const)? "
            rf"((?:\**\w+(?:\[\w*\])?(?: = [^;,]*)?,\s*)*)"
            rf"((?:\*|const )*){name}\b(\[)?(?!\w)(?=\s*[,;=)\[:]| in )", text):
        if plain.group(1) in ("return", "goto", "else", "struct", "enum", "union",
                              "const", "in", "case"):
            continue
        stars = plain.group(3).replace("const", "").replace(" ", "")
        return plain.group(1) + " " + stars + ("*" if plain.group(4) else "")
    return None


class Site:
    """A call through a pointer."""

    def __init__(self, place, functions):
        path, line, column = place.split(":")[:3]
        self.place = (path.removeprefix("./"), int(line))
        lines = pathlib.Path(path).read_text("utf-8").splitlines(keepends=True)
        above = "".join(lines[max(0, int(line) - 4):int(line) - 1])
        said = DECLARED.search(above.rstrip().removesuffix("*/").rstrip())
        self.declared = None
        if said:
            self.declared = [] if said.group(1) == "nothing" else \
                WORD.findall(said.group(1))
        self.text = expression_at(lines, int(line), int(column), functions)
        self.whole = self.holder = self.member = None  # for gdb
        self.parameter, self.inside, self.variable = False, None, None
        if not self.text or self.declared is not None:
            return
        match = FIRST.match(self.text)
        first = match.group(1) or match.group(2)
        text = function_text(lines, int(line))
        kind = declaration(text, first)
        rest = self.text[match.end():]
        stand_in = f"(*({kind} *)0)" if kind else f"'{self.place[0]}'::{first}"
        if kind and "(*)" in kind:
            stand_in = f"({kind})0"
        if match.group(1):
            stand_in = f"(*{stand_in})"
        self.whole = stand_in + rest
        head = text[:text.index("\n{")] if "\n{" in text else text
        self.parameter = bool(kind and re.search(rf"\b{first}\b", head) and not rest)
        self.inside = re.findall(r"(\w+)\(", head)[0] if "(" in head else None
        member = re.search(r"(?:->|\.)(\w+)(?:\[[^\]]*\])*$", rest)
        if member:
            base = stand_in + rest[:member.start()]
            star = "*" if rest[member.start()] == "-" else ""
            self.holder, self.member = f"{star}({base})", member.group(1)
        else:
            self.member = None
            self.variable = None if kind else first


def addresses_taken(objects):
    """The functions whose addresses code takes (not tables): (file, or None where it is
    global; name) -> where: (file, function)."""
    taken = {}
    done = subprocess.run(["readelf", "-rW", *objects], text=True, check=True,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    name, code, taker = None, False, None
    for row in done.stdout.splitlines():
        if row.startswith("File: "):
            name = row[6:].split("/obj/")[1].removesuffix(".o") + ".c"
        elif row.startswith("Relocation section"):
            section = SECTION.match(row)
            code = bool(section)
            taker = code and re.sub(r"^\.text\.?(unlikely\.|hot\.|startup\.)?", "",
                                    section.group(1)).split(".")[0]
        elif code:
            match = TAKING.search(row)
            if not match:
                continue
            symbol, offset = match.group(1), match.group(2) or "0"
            if symbol.startswith(".text.") and int(offset, 16) == 0:
                symbol = re.sub(r"^\.text\.(unlikely\.|hot\.|startup\.)?", "", symbol)
                taken.setdefault((name, symbol), set()).add((name, taker))
            elif not symbol.startswith("."):
                taken.setdefault((None, symbol), set()).add((name, taker))
    return taken


class Source:
    """The text of all files, for what becomes of a function's address."""

    HEAD = re.compile(r"^\w[^\n;#]*?\b(\w+)\((?=[^;{]*\)\s*\n\{)", re.M)

    MACRO = re.compile(r"^#define (\w+)\(([^)]*)\)((?:.*\\\n)*.*)", re.M)

    def __init__(self):
        self.texts, self.functions, self.known = {}, {}, {}
        self.typedefs, self.macros = set(), {}
        for path in sources(".c", ".h"):
            text = path.read_text("utf-8")
            text = re.sub(r"/\*.*?\*/", lambda m: "\n" * m.group().count("\n"), text,
                          flags=re.S)
            self.texts[str(path)] = text
            for name, names, body in self.MACRO.findall(text):
                self.macros[name] = (re.findall(r"\w+", names), body)
            self.typedefs.update(re.findall(r"typedef \w+ \(\*(\w+)\)", text))
            for match in self.HEAD.finditer(text):
                end = text.find("\n}", match.end())
                self.functions.setdefault(match.group(1), []).append(
                    text[match.start():end])

    def pointer_names(self, head):
        """Those of a function's parameters that are function pointers."""
        return re.findall(r"\(\*(\w+)\)\(", head) + \
            [name for kind, name in re.findall(r"(\w+) (\w+)(?=[,)])", head)
             if kind in self.typedefs]

    def of_name(self, name, text, depth=0):
        """What a text does with a function's address that it names: "=m" puts it into a
        member or variable m, "()F" lets F call it, "?" something else."""
        found = set()
        for match in re.finditer(rf"(?<![\w.>]){name}\b(?!\s*\()", text):
            before = text[max(0, match.start() - 300):match.start()]
            stored = re.search(r"(\w+)(?:\[[^\]]*\])?\s*=(?!=)[^;{}()=]*$", before)
            if stored:
                found.add("=" + stored.group(1))
                continue
            level = at = 0
            for at in range(len(before) - 1, -1, -1):
                level += {")": 1, "(": -1}.get(before[at], 0)
                if level < 0 or before[at] in ";{}":
                    break
            call = re.search(r"(\w+)$", before[:at]) if level < 0 else None
            if not call or call.group(1) not in ("if", "while", "return", "sizeof"):
                found |= self.of_call(call.group(1), depth) if call else {"?"}
        return found

    def of_call(self, function, depth):
        """The same of a function that it is handed to."""
        if function in ELSEWHERE:
            return set()
        if function in self.macros and depth <= 6:
            names, body = self.macros[function]
            body = re.sub(r"#\w+", "", body)
            return set().union(*(self.of_name(name, body, depth + 1) for name in names))
        if function not in self.functions or depth > 6:
            return {"?"}
        if function not in self.known:
            self.known[function] = found = set()
            for text in self.functions[function]:
                head, _, body = text.partition("\n{")
                head = head[head.index(function):]
                for name in self.pointer_names(head):
                    found |= self.of_name(name, body, depth + 1)
                    if re.search(rf"(?<![\w.>]){name}\(", body):
                        found.add("()" + function)
        return self.known[function] or {"?"}


class Pointers:
    """Which functions each call through a pointer may reach."""

    def __init__(self, graph, kernel, files, objects):
        self.graph, self.findings = graph, []
        self.by_name = {}
        for node in graph.frame:
            self.by_name.setdefault(short(node), []).append(node)
        taken = {n: places for (path, name), places in addresses_taken(objects).items()
                 if (n := self.node(name if path is None else f"{path}:{name}"))}
        self.sites = {label: Site(label, self.by_name) for label in graph.sites}
        expressions = {(s.place[0], e) for s in self.sites.values()
                       for e in (s.whole, s.holder) if e}
        answer = self.ask(kernel, {"files": files, "expressions": sorted(expressions),
                                   "takes": sorted(taken)})
        source = Source()
        self.uses = {n: set().union(*(source.of_name(short(n), source.texts[path])
                                      for path, _ in places))
                     for n, places in taken.items()}
        self.types = answer["types"]
        self.stored = {}
        for holder, name in answer["stored"]:
            if (node := self.node(name)):
                self.stored.setdefault(holder, set()).add(node)
        self.taken = {}
        for name, kind in answer["takes"].items():
            self.taken.setdefault(kind, set()).add(name)

    @staticmethod
    def ask(kernel, question):
        with tempfile.TemporaryDirectory() as folder:
            into, out = f"{folder}/in", f"{folder}/out"
            pathlib.Path(into).write_text(json.dumps(question), "utf-8")
            done = subprocess.run(
                ["gdb", "-q", "-batch", "-nx", "-x",
                 str(pathlib.Path(__file__).parent / "pointers.py"), kernel],
                env={**os.environ, "POINTERS_IN": into, "POINTERS_OUT": out}, text=True,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
            if not pathlib.Path(out).exists():
                sys.exit(f"gdb failed: {done.stdout}")
            return json.loads(pathlib.Path(out).read_text("utf-8"))

    def node(self, name):
        """A node of the graph by gdb's or the linker's name."""
        if name in self.graph.frame:
            return name
        found = self.by_name.get(short(name), [])
        return found[0] if len(found) == 1 else None

    def may_get(self, site, function):
        """Whether a function whose address code takes may have come to a site."""
        found = self.uses[function]
        if "?" in found:
            return True
        if site.parameter:
            return f"(){site.inside}" in found
        stores = {use[1:] for use in found if use[0] == "="}
        name = site.member or site.variable
        return name in stores if name else bool(stores)

    def type_of(self, site, expression):
        return self.types.get(f"{site.place[0]} {expression}", "? no expression")

    def targets(self, label):
        site = self.sites[label]
        if site.declared is not None:
            return {self.node(name) for name in site.declared} - {None}
        kind = self.type_of(site, site.whole)
        first = WORD.match(site.text or "?")
        table = first and self.stored.get(f"variable {site.place[0]}:{first.group()}")
        if kind.startswith("?") and table:  # of a struct without a name
            return table
        if kind.startswith("?"):
            self.findings.append((*site.place, f"what is called here? ({site.text}: "
                                  f"{kind}; say \"calls: FUNCTION...\" above)"))
            return set()
        found = {f for f in self.taken.get(kind, ()) if self.may_get(site, f)}
        if site.member:
            holder = self.type_of(site, site.holder)
            table = self.stored.get(f"{holder}.{site.member}", set())
            if table:  # what goes a way that is not understood goes elsewhere
                found = {f for f in found if "=" + site.member in self.uses[f]}
            found |= table
        elif site.variable:
            found |= self.stored.get(f"variable {site.place[0]}:{site.variable}", set())
        if not found and self.taken.get(kind):
            self.findings.append((*site.place, f"nothing is known that {site.text} "
                                  "calls (say \"calls: FUNCTION...\" above)"))
        return found




# What holds only below some function: a pointer's target, or a call that is not made.
BELOW = re.compile(r"stack: below (\w+), (?:(no) (\w+)|([\w>.-]+) is ([\w/.:]+\w))")


class Stacks:
    """The call graph with all calls resolved, as far as it is reached."""

    def __init__(self, graph, pointers):
        self.graph, self.pointers, self.targets = graph, pointers, {}
        self.calls, self.unknown = {}, set()
        self.sites_of = {}
        for label, callers in graph.sites.items():
            for caller in callers:
                self.sites_of.setdefault(caller, []).append(label)
        self.rules, self.asm = {}, {}
        for path in sources(".c", ".h", ".asm"):
            text = path.read_text("utf-8")
            for function, no, skipped, name, target in BELOW.findall(
                    re.sub(r"\s*\n\s*(?:\*|;|//)\s*", " ", text)):
                self.rules.setdefault(function, {})[name or skipped] = target
            for name, size, target in ASM.findall(text):
                self.asm[name] = (int(size), target)

    def site(self, label):
        if label not in self.targets:
            self.targets[label] = self.pointers.targets(label)
        return self.targets[label]

    def size(self, node):
        node = node.partition("@")[0]
        if node in self.asm:
            return self.asm[node][0]
        if node not in self.graph.frame:
            self.unknown.add(node)
        return self.graph.frame.get(node, 0)

    def callees(self, node):
        """Of a node, FUNCTION@RULES: what it calls while the rules hold, which are those
        of the functions above it; an inner one's count more."""
        if node in self.calls:
            return self.calls[node]
        function, _, text = node.partition("@")
        rules = dict(rule.split("=") for rule in text.split(";") if rule)
        rules.update(self.rules.get(short(function), {}))
        found = set()
        if short(function) not in ENDS:
            found = {rules.get(short(t), t) for t in self.graph.calls.get(function, ())
                     if t != "__indirect_call"}
            for label in self.sites_of.get(function, ()):
                site = self.pointers.sites[label]
                name = next((n for n in (site.text, site.member, site.variable)
                             if n in rules), None)
                found |= {rules[name]} if name else self.site(label)
            if function in self.asm and self.asm[function][1]:
                found.add(self.asm[function][1])
        suffix = "@" + ";".join(f"{k}={v}" for k, v in sorted(rules.items()))
        self.calls[node] = {(self.pointers.node(t) or t) + suffix for t in found if t}
        return self.calls[node]

    def reach(self, roots):
        """A graph of all that is reached, for depths."""
        reached, todo = Graph(), list(roots)
        while todo:
            node = todo.pop()
            if node in reached.calls:
                continue
            reached.calls[node] = self.callees(node)
            reached.frame[node] = self.size(node)
            reached.place[node] = self.graph.place.get(node.partition("@")[0],
                                                       ("kernel", 1))
            todo += reached.calls[node]
        return reached

    def depths(self, roots, rules, findings):
        """root -> bytes. rules hold below all of them: name -> target, or "" for none."""
        suffix = ";".join(f"{k}={v}" for k, v in sorted(rules.items()))
        nodes = {root: f"{root}@{suffix}" for root in roots}
        graph = self.reach(nodes.values())
        bounds = bounds_of(graph, findings)
        if findings:
            report("stack-depth", findings + self.pointers.findings)
        found = graph.depth(bounds)
        for root in roots:
            if short(root) in os.environ.get("WHY", "").split(","):
                print_chain(graph, found, nodes[root])
        return {root: found[node] for root, node in nodes.items()}


def print_chain(graph, depths, node):
    """The deepest chain of calls: what WHY=NAME,... asks for."""
    seen = set()
    while node and node not in seen:
        seen.add(node)
        print(f"{depths[node]:7} {graph.frame[node]:5}  {node.partition('@')[0]}")
        node = max(graph.calls[node], key=lambda n: depths[n], default=None)


def constant(path, pattern):
    return int(re.search(pattern, pathlib.Path(path).read_text("utf-8")).group(1))


class Table:
    """Ways in, by the stack that they run on."""

    def __init__(self, title, size, more):
        self.title, self.size, self.more, self.rows = title, size, more, {}

    def add(self, names):
        for name, size in names.items():
            self.rows[name] = max(size, self.rows.get(name, 0))

    def text(self):
        yield f"{self.title}: {self.size} bytes of stack, {self.more} of them kept for " \
              "an interrupt"
        for name, size in sorted(self.rows.items(), key=lambda r: (-r[1], r[0])):
            yield f"{size:7} {self.size - self.more - size:7}  {name}"

    def findings(self, place):
        for name, size in self.rows.items():
            if size + self.more > self.size:
                yield (*place(name), f"{short(name)} needs {size} bytes of stack and "
                       f"{self.more} more for an interrupt: {self.size} are there")


def of_site(pointers, text):
    """What the calls through a pointer of this name reach."""
    return set().union(*(pointers.targets(label) for label, site in pointers.sites.items()
                         if site.text == text))


def tables(stacks, findings):
    """All ways in. The functions that start each are looked up by name."""
    pointers = stacks.pointers
    task_size = constant("kernel/sched/internal.h", r"TASK_STACK_SIZE = (\d+)")
    other_size = constant("kernel/x86/cpu.h", r"IRQ_STACK_SIZE = (\d+)")
    boot_size = constant("boot/entry.asm", r"boot_stack:\s+resb (\d+)")
    node = pointers.node

    def depth(names, **rules):
        names = [n for n in (node(name) or name for name in names) if n]
        return stacks.depths(names, rules, findings)

    ends = {t for name in ENDS[:2] for t in stacks.graph.calls[name]
            if t != "__indirect_call"}
    ends |= {t for name in ENDS[:2] for label in stacks.sites_of.get(name, ())
             for t in stacks.site(label)}
    panic = sum(stacks.size(name) for name in ENDS[:2]) + max(depth(ends).values())
    in_task = max(depth(["trap_entries"], handle_interrupt="").values())
    fault = max(depth(["trap_entries"], handle_interrupt="", sched_preempt="").values())
    kept = max(in_task, fault + panic)
    begin = node("kernel/sched/task.c:begin")
    ended = max(depth([begin], entry="").values())
    made = Table("tasks, by entry", task_size, in_task)
    made.add({n: max(stacks.size(begin) + size, ended) for n, size in
              depth(of_site(pointers, "self->entry")).items()})
    made.add(depth(["sched_cpu_run"]))
    calls = Table("system calls, in a task", task_size, in_task)
    calls.add(depth(of_site(pointers, "calls[0]")))
    dispatch = max(depth(["syscall_dispatch"], calls="").values())
    calls.rows = {n: max(size + stacks.size("syscall_dispatch"), dispatch)
                  for n, size in calls.rows.items()}
    boot = Table("boot and the first CPU's idle task", boot_size, in_task)
    boot.add(depth(["boot_main"]))
    irq = Table("interrupts, each CPU's stack for them", other_size, 0)
    irq.add(depth(["handle_interrupt"], sched_preempt=""))
    own = stacks.size("call_on_stack")
    irq.rows = {n: size + own for n, size in irq.rows.items()}
    below = sum(irq.rows.values())
    expire = depth(of_site(pointers, "expire"), sched_preempt="")
    parts = Table("timers' expiries, part of an interrupt", below, 0)
    parts.add(expire)
    ist = Table("double fault, NMI, machine check: a stack each", other_size, 0)
    ist.add({"trap_entries": fault})
    last = Table("a panic's report, on the stack that it finds", task_size, 0)
    last.add({"panic": panic})
    return [made, calls, boot, irq, parts, ist, last]


def main():
    kernel, folder, out = sys.argv[1], *map(pathlib.Path, sys.argv[2:4])
    files = sorted(str(o.relative_to(folder).with_suffix(".c"))
                   for o in folder.rglob("*.ci"))
    files = [f for f in files if not f.startswith("tests/") and pathlib.Path(f).exists()]
    graph = Graph()
    for name in files:
        graph.read(folder / (name.removesuffix(".c") + ".ci"))
    pointers = Pointers(graph, kernel, files,
                        [str(folder / (n.removesuffix(".c") + ".o")) for n in files])
    stacks, findings = Stacks(graph, pointers), []
    made = tables(stacks, findings)
    for table in made:
        findings += table.findings(lambda n: graph.place.get(n, ("kernel", 1)))
    findings += [("kernel", 1, f"{name}: no frame known (say \"; stack: {name} takes N "
                  "bytes\" beside it)") for name in sorted(stacks.unknown)]
    out.write_text("bytes    left  entry\n" + "".join(
        "\n".join(("", *table.text(), "")) for table in made), "utf-8")
    report("stack-depth", sorted(set(findings + pointers.findings)))


main()

"""Inside gdb: what function pointers of a kernel can point at. For depth.py.

    gdb -q -batch -x tests/lint/pointers.py KERNEL.elf

Reads from the file named by POINTERS_IN (JSON): the source files, the expressions to
type, and the functions whose address code takes. Writes to POINTERS_OUT:
    stored  [holder, function]: a function that a variable holds from the start; the
            holder is "struct s.member", or "variable v"
    types   expression -> its type
    takes   function -> its type
A static function's name is FILE:NAME, as in the compiler's call graph.
"""
import json
import os
import re

import gdb

HAS_CODE = {}


def has_code(kind):
    """Whether a value of the type holds function pointers."""
    kind = kind.strip_typedefs().unqualified()
    name = str(kind)
    if not HAS_CODE.get(name):  # it may have been incomplete where it was seen first
        if kind.code == gdb.TYPE_CODE_PTR:
            found = kind.target().strip_typedefs().code == gdb.TYPE_CODE_FUNC
        elif kind.code == gdb.TYPE_CODE_ARRAY:
            found = has_code(kind.target())
        elif kind.code in (gdb.TYPE_CODE_STRUCT, gdb.TYPE_CODE_UNION):
            found = any(has_code(f.type) for f in kind.fields())
        else:
            found = False
        HAS_CODE[name] = found
    return HAS_CODE[name]


def function_at(address):
    block, found = gdb.block_for_pc(address), None
    while block is not None:
        if block.function is not None and block.start == address:
            found = block  # the outermost: others were inlined into it
        block = block.superblock
    if found is None:
        return None
    function = found.function
    path = function.symtab.filename.removeprefix("./")
    return function.name if function.type and is_global(function) else \
        f"{path}:{function.name}"


def is_global(function):
    return gdb.lookup_global_symbol(function.name) is not None and \
        gdb.lookup_global_symbol(function.name).symtab.filename == \
        function.symtab.filename


def walk(value, holder, found):
    kind = value.type.strip_typedefs()
    if not has_code(kind):
        return
    if kind.code == gdb.TYPE_CODE_PTR:
        address = int(value)
        name = function_at(address) if address else None
        if name:
            found.append((holder, name))
    elif kind.code == gdb.TYPE_CODE_ARRAY:
        first, last = kind.range()
        for i in range(first, last + 1):
            walk(value[i], holder, found)
    else:
        for field in kind.fields():
            inner = f"struct {kind.unqualified().tag}.{field.name}" \
                if field.name and kind.unqualified().tag else holder
            walk(value[field], inner, found)


def variables(path):
    """The static storage of a file: its own and that of its functions."""
    try:
        _, places = gdb.decode_line(f"'{path}':1")
    except gdb.error:
        return
    symtabs = {p.symtab.static_block().start: p.symtab for p in places or () if p.symtab}
    for symtab in symtabs.values():
        seen = set()
        for block in (symtab.global_block(), symtab.static_block()):
            for symbol in block:
                if symbol.is_function:
                    yield from local_variables(symbol, seen)
                elif is_static(symbol):
                    yield symbol


def local_variables(function, seen):
    """The static variables in a function's blocks, and in what was inlined into it."""
    start = int(function.value().address)
    outer = gdb.block_for_pc(start)
    if outer is None:
        return
    for row in function.symtab.linetable():
        if not outer.start <= row.pc < outer.end:
            continue
        block = gdb.block_for_pc(row.pc)
        while block is not None and not block.is_static and not block.is_global:
            if (block.start, block.end) not in seen:
                seen.add((block.start, block.end))
                yield from (s for s in block if is_static(s))
            block = block.superblock


def is_static(symbol):
    return symbol.is_variable and symbol.addr_class == gdb.SYMBOL_LOC_STATIC


def canonical(kind):
    """A type's name, the same however it is spelled, without qualifiers."""
    kind = kind.strip_typedefs().unqualified()
    if kind.code == gdb.TYPE_CODE_PTR:
        return canonical(kind.target()) + "*"
    if kind.code == gdb.TYPE_CODE_FUNC:
        arguments = ", ".join(canonical(f.type) for f in kind.fields())
        return f"{canonical(kind.target())}({arguments})"
    if kind.code in (gdb.TYPE_CODE_STRUCT, gdb.TYPE_CODE_UNION):
        return f"struct {kind.tag}"
    if kind.code in (gdb.TYPE_CODE_ENUM, gdb.TYPE_CODE_INT, gdb.TYPE_CODE_BOOL,
                     gdb.TYPE_CODE_CHAR):
        return f"int{kind.sizeof}"  # as compatible as C's calls make them
    return str(kind)


def type_of(expression):
    try:
        text = gdb.execute(f"whatis {expression}", to_string=True)
        kind = text.strip().removeprefix("type = ")
        kind = re.sub(r"\(\* (?:const|volatile)", "(*", kind)
        if "(" in kind and "(*)" not in kind:
            kind = kind.replace("(", "(*)(", 1)
        text = canonical(gdb.parse_and_eval(f"(({kind} *)0)").type.target())
        return text.removesuffix("*") if text.endswith(")*") else text
    except gdb.error as error:
        return f"? {error}"


def main():
    with open(os.environ["POINTERS_IN"], encoding="utf-8") as source:
        asked = json.load(source)
    stored, types, takes = [], {}, {}
    for path in asked["files"]:
        for symbol in variables(path):
            value = symbol.value()
            kind = symbol.type.strip_typedefs()
            if kind.code == gdb.TYPE_CODE_PTR and has_code(kind.target()) and int(value):
                value = value.dereference()  # a constant without a name
            if has_code(value.type):
                walk(value, f"variable {path}:{symbol.name}", stored)
    for path, expression in asked["expressions"]:
        # Names of structs are those that this file sees.
        try:
            gdb.execute(f"list '{path}':1,1", to_string=True)
            types[f"{path} {expression}"] = type_of(expression)
        except gdb.error:  # nothing of the file is in the kernel
            pass
    for name in asked["takes"]:
        path, _, plain = name.rpartition(":")
        takes[name] = type_of(f"'{path}'::{plain}" if path else plain)
    with open(os.environ["POINTERS_OUT"], "w", encoding="utf-8") as out:
        json.dump({"stored": stored, "types": types, "takes": takes}, out)


main()

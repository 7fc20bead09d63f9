"""For GDB, with `make debug` waiting in another terminal:

    gdb -x scripts/gdb/octavo.py

loads the debug kernel's symbols, connects, and adds three commands:

    octavo tasks         the tasks: number, state, priority, CPU, name
    octavo backtrace ID  where a task (its number or its name) that does not run stands
    octavo log           the messages of the kernel so far

OCTAVO_ELF names another kernel, OCTAVO_GDB another address than localhost:1234.
"""
import os
import struct

import gdb

POINTER = 8
RECORD = struct.Struct("<QHB5x")  # struct record of kernel/debug/log.c


def members(head, kind, link):
    """The structs of type kind in a list (lib/list.h) whose links are named link."""
    kind = gdb.lookup_type(kind)
    offset = next(f.bitpos // 8 for f in kind.fields() if f.name == link)
    at = head["next"]
    while at != head.address:
        yield (at.cast(gdb.lookup_type("char").pointer()) - offset).cast(
            kind.pointer()).dereference()
        at = at["next"]


def in_file(symbol, path):
    """A static variable, by the file that it is in."""
    return gdb.parse_and_eval(f"'{path}'::{symbol}")


def tasks():
    return members(in_file("tasks", "kernel/sched/task.c"), "struct task", "all_link")


def state_name(task):
    state = int(task["state"])
    for field in gdb.lookup_type("enum task_state").fields():
        if field.enumval == state:
            return field.name.removeprefix("TASK_").lower()
    return str(state)


class Octavo(gdb.Command):
    """Commands for the Octavo kernel: octavo tasks, octavo backtrace ID, octavo log."""

    def __init__(self):
        super().__init__("octavo", gdb.COMMAND_DATA, prefix=True)


class Tasks(gdb.Command):
    """The kernel's tasks: number, state, priority, CPU, name."""

    def __init__(self):
        super().__init__("octavo tasks", gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        print("   id state     prio cpu name")
        for task in tasks():
            running = "*" if task["on_cpu"] else " "
            print(f"{running}{int(task['id']):4} {state_name(task):9} "
                  f"{int(task['priority']):4} {int(task['cpu']):3} "
                  f"{task['name'].string()}")


class Backtrace(gdb.Command):
    """octavo backtrace ID: the stack of a task, by number or name, that does not run."""

    def __init__(self):
        super().__init__("octavo backtrace", gdb.COMMAND_STACK)

    def invoke(self, argument, from_tty):
        task = next((t for t in tasks()
                     if argument in (str(int(t["id"])), t["name"].string())), None)
        if task is None:
            raise gdb.GdbError(f"there is no task '{argument}'")
        if task["on_cpu"]:
            raise gdb.GdbError("it runs: use backtrace")
        low = int(task["stack"])
        high = low + int(task["stack_size"])
        frame = self.saved_frame(int(task["rsp"]))
        while low <= frame < high - POINTER:
            below, back = self.words(frame, 2)
            print(f"  {self.place(back)}")
            if below <= frame:
                break
            frame = below

    def saved_frame(self, rsp):
        """The switch (kernel/x86/switch.asm) leaves six registers, RBP among them; the
        frame is the first of them that points up this stack."""
        return next((word for word in self.words(rsp, 6) if rsp < word < rsp + 65536), 0)

    def words(self, address, count):
        data = gdb.selected_inferior().read_memory(address, count * POINTER)
        return struct.unpack(f"<{count}Q", data)

    def place(self, address):
        line = gdb.find_pc_line(address)
        symbol = gdb.execute(f"info symbol {address:#x}", to_string=True).split(" in ")[0]
        where = f" at {line.symtab.filename}:{line.line}" if line.symtab else ""
        return f"{address:#x} {symbol.strip()}{where}"


class Log(gdb.Command):
    """The kernel's messages, from the ring of kernel/debug/log.c."""

    def __init__(self):
        super().__init__("octavo log", gdb.COMMAND_DATA)

    def invoke(self, argument, from_tty):
        path = "kernel/debug/log.c"
        ring = in_file("ring", path)
        size = ring.type.sizeof
        data = bytes(gdb.selected_inferior().read_memory(int(ring.address), size))
        at, head = int(in_file("tail", path)), int(in_file("head", path))

        def copy(position, count):
            return bytes(data[(position + i) % size] for i in range(count))

        while at < head:
            time, length, _ = RECORD.unpack(copy(at, RECORD.size))
            text = copy(at + RECORD.size, length).decode("utf-8", "replace")
            print(f"[{time // 10**9:5}.{time // 1000 % 10**6:06}] {text}")
            at += RECORD.size + length


def main():
    for command in (Octavo, Tasks, Backtrace, Log):
        command()
    gdb.execute("set pagination off")
    gdb.execute(f"file {os.environ.get('OCTAVO_ELF', 'build/debug/octavo.elf')}")
    gdb.execute(f"target remote {os.environ.get('OCTAVO_GDB', 'localhost:1234')}")


main()

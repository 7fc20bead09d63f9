#!/usr/bin/python3
"""Turns `nm -n` of the kernel (stdin) into the table of kernel/debug/symbols.c (NASM).

Names, each with a NUL behind it, are packed with 256 tokens: the letters that occur, and
the pairs of tokens that are most frequent, found one after another. Empty input makes an
empty table.
"""
import collections
import sys

BASE = "kernel_text_start"
NAME_SIZE = 64  # SYMBOL_NAME_SIZE


def read_functions():
    rows = [line.split() for line in sys.stdin]
    rows = [(int(r[0], 16), r[2]) for r in rows if len(r) == 3 and r[1] in "tT"]
    base = next((a for a, name in rows if name == BASE), 0)
    functions = []
    for address, name in rows:
        name = own_name(name)
        if address < base or name in ("", BASE):
            continue
        if functions and (address - base == functions[-1][0] or name == functions[-1][1]):
            continue  # one name an address, and no local labels
        functions.append((address - base, name))
    return functions


def own_name(name):
    """Without a local label's name, or the compiler's suffix (but a cold part says so)."""
    return name if name.endswith(".cold") else name.split(".")[0]


def pack(names):
    """Tokens (a letter, or a pair of tokens), and each name as a list of their numbers."""
    tokens = sorted(set("".join(names)))
    letters = {text: i for i, text in enumerate(tokens)}
    words = [[letters[c] for c in name] for name in names]
    while len(tokens) < 256:
        pairs = collections.Counter(p for w in words for p in zip(w, w[1:]))
        if not pairs:
            break
        best = max(pairs.items(), key=lambda item: (item[1], item[0]))[0]
        tokens.append(best)
        words = [merge(w, best, len(tokens) - 1) for w in words]
    return tokens, words


def merge(word, pair, token):
    out = []
    i = 0
    while i < len(word):
        if i + 1 < len(word) and (word[i], word[i + 1]) == pair:
            out.append(token)
            i += 2
        else:
            out.append(word[i])
            i += 1
    return out


def varint(n):
    out = []
    while n >= 0x80:
        out.append(n & 0x7F | 0x80)
        n >>= 7
    return out + [n]


def main():
    functions = read_functions()
    assert all(len(name) < NAME_SIZE for _, name in functions)
    tokens, words = pack([name + "\0" for _, name in functions])
    entries, previous = [], 0
    for (distance, _), word in zip(functions, words):
        entries += varint(distance - previous) + word
        previous = distance
    letters = sum(isinstance(token, str) for token in tokens)
    pairs = [(ord(t), 0) if isinstance(t, str) else t for t in tokens]

    out = ["section .symbols progbits alloc noexec nowrite align=4",
           "global symbol_count, symbol_letters, symbol_tokens, symbol_entries",
           f"symbol_count: dd {len(functions)}",
           f"symbol_letters: dd {letters}",
           "symbol_tokens:"]
    out += [f"db {first}, {second}" for first, second in pairs]
    out += ["symbol_entries:"]
    out += [f"db {','.join(map(str, entries[i:i + 32]))}" for i in range(0, len(entries), 32)]
    print("\n".join(out))


main()

#!/usr/bin/python3
"""Turns `nm -n` of the kernel (stdin) into the table of kernel/debug/symbols.c (NASM).

Names are packed with 256 tokens: the letters that occur, and the pairs of tokens that
are most frequent, found one after another. Empty input makes an empty table.
"""
import collections
import sys

BASE = "kernel_text_start"
BLOCK = 32


def read_functions():
    rows = [line.split() for line in sys.stdin]
    rows = [(int(r[0], 16), r[2]) for r in rows if len(r) == 3 and r[1] in "tT"]
    base = next((a for a, name in rows if name == BASE), 0)
    names = {}
    for address, name in rows:
        if address >= base and not name.startswith(".") and name != BASE:
            names.setdefault(address - base, name)  # one name an address
    return sorted(names.items())


def pack(names):
    """Tokens (their texts), and each name as a list of their numbers."""
    tokens = sorted(set("".join(names)))
    number = {text: i for i, text in enumerate(tokens)}
    words = [[number[c] for c in name] for name in names]
    while len(tokens) < 256:
        pairs = collections.Counter(p for w in words for p in zip(w, w[1:]))
        if not pairs:
            break
        best = max(pairs.items(), key=lambda item: (item[1], item[0]))[0]
        tokens.append(tokens[best[0]] + tokens[best[1]])
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
    tokens, words = pack([name for _, name in functions])
    blocks, entries, previous = [], [], 0
    for i, ((distance, _), word) in enumerate(zip(functions, words)):
        if i % BLOCK == 0:
            blocks.append((distance, len(entries)))
            previous = distance
        entries += varint(distance - previous) + [len(word)] + word
        previous = distance
    at = [0]
    for text in tokens + [""] * (256 - len(tokens)):
        at.append(at[-1] + len(text))

    out = ["section .symbols progbits alloc noexec nowrite align=8",
           "global symbol_count, symbol_blocks, symbol_entries",
           "global symbol_token_at, symbol_token_text",
           f"symbol_count: dd {len(functions)}",
           "symbol_blocks:"]
    out += [f"dd {distance}, {entry}" for distance, entry in blocks]
    out += ["symbol_token_at:"] + [f"dw {n}" for n in at]
    out += ["symbol_token_text:"] + [f'db "{text}"' for text in tokens]
    out += ["symbol_entries:"]
    out += [f"db {','.join(map(str, entries[i:i + 32]))}" for i in range(0, len(entries), 32)]
    print("\n".join(out))


main()

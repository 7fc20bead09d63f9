"""An empty disk image in the format that QEMU keeps the state of a machine in (savevm).
See docs/interop/qcow2.txt of QEMU, "Header" and "Host cluster management"."""
import struct

CLUSTER_BITS = 16
CLUSTER = 1 << CLUSTER_BITS
REFCOUNTS, BLOCK, L1, USED = 1, 2, 3, 4  # clusters; the header is cluster 0
SIZE = 1 << 20


def create(path):
    header = struct.pack(">4sIQIIQIIQQIIQ", b"QFI\xfb", 2, 0, 0, CLUSTER_BITS, SIZE,
                         0, 1, L1 * CLUSTER, REFCOUNTS * CLUSTER, 1, 0, 0)
    content = {0: header, REFCOUNTS: struct.pack(">Q", BLOCK * CLUSTER),
               BLOCK: struct.pack(f">{USED}H", *[1] * USED), L1: b""}
    with open(path, "wb") as image:
        for cluster in range(USED):
            image.write(content[cluster].ljust(CLUSTER, b"\0"))

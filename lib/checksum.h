/*
 * checksum.h: the sums that data from outside carries. They find damage, not
 * malice.
 */
#ifndef LIB_CHECKSUM_H
#define LIB_CHECKSUM_H

#include "lib/base.h"

/*
 * The CRC-32 of IEEE 802.3 (3.2.9), also gzip's and GPT's. crc is 0, or the result
 * for the bytes in front of these.
 */
uint32_t crc32(uint32_t crc, const void *data, size_t n);

/* The sum of all bytes modulo 256: 0 for a sound ACPI table (ACPI 6.5, 5.2.6). */
uint8_t sum8(const void *data, size_t n);

/*
 * The Internet checksum (RFC 1071). inet_sum adds data to a partial sum (0 at
 * first; all parts but the last have an even length); inet_finish gives the
 * checksum, to be stored as the bytes lie in memory. Over data with its checksum
 * in it, inet_finish gives 0.
 */
uint64_t inet_sum(uint64_t sum, const void *data, size_t n);
uint16_t inet_finish(uint64_t sum);

#endif

/*
 * checksum.c: CRC-32 by half bytes (a table of 64 bytes rather than of 1024), the
 * sum of bytes, and the Internet checksum by words of 32 bits, whose carries stay
 * in the upper half of 64 bits until the end (RFC 1071, section 2).
 */
#include "lib/checksum.h"
#include "lib/string.h"

/* The remainders of the half bytes for the reflected polynomial 0xedb88320. */
static const uint32_t crc32_table[16] = {
	0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4,
	0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
	0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
};

uint32_t crc32(uint32_t crc, const void *data, size_t n)
{
	const uint8_t *p = data;

	crc = ~crc;
	for (; n; n--) {
		crc ^= *p++;
		crc = crc >> 4 ^ crc32_table[crc & 15];
		crc = crc >> 4 ^ crc32_table[crc & 15];
	}
	return ~crc;
}

uint8_t sum8(const void *data, size_t n)
{
	const uint8_t *p = data;
	uint8_t sum = 0;

	for (; n; n--)
		sum = (uint8_t)(sum + *p++);
	return sum;
}

uint64_t inet_sum(uint64_t sum, const void *data, size_t n)
{
	const uint8_t *p = data;
	uint32_t word;

	/* 2^31 words, 8 GiB, would not overflow the sum. */
	for (; n >= sizeof(word); n -= sizeof(word)) {
		memcpy(&word, p, sizeof(word));
		sum += word;
		p += sizeof(word);
	}
	word = 0;
	memcpy(&word, p, n);
	return sum + word;
}

uint16_t inet_finish(uint64_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

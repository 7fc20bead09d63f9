/* io.h: port and memory-mapped device access, one instruction each. */
#ifndef KERNEL_X86_IO_H
#define KERNEL_X86_IO_H

#include "lib/base.h"

static inline uint8_t in8(uint16_t port)
{
	uint8_t v;

	__asm__ volatile("inb %1, %0" : "=a"(v) : "Nd"(port) : "memory");
	return v;
}

static inline uint16_t in16(uint16_t port)
{
	uint16_t v;

	__asm__ volatile("inw %1, %0" : "=a"(v) : "Nd"(port) : "memory");
	return v;
}

static inline uint32_t in32(uint16_t port)
{
	uint32_t v;

	__asm__ volatile("inl %1, %0" : "=a"(v) : "Nd"(port) : "memory");
	return v;
}

static inline void out8(uint16_t port, uint8_t v)
{
	__asm__ volatile("outb %0, %1" : : "a"(v), "Nd"(port) : "memory");
}

static inline void out16(uint16_t port, uint16_t v)
{
	__asm__ volatile("outw %0, %1" : : "a"(v), "Nd"(port) : "memory");
}

static inline void out32(uint16_t port, uint32_t v)
{
	__asm__ volatile("outl %0, %1" : : "a"(v), "Nd"(port) : "memory");
}

/* Device registers in memory; the address comes from mmio_map (kernel/mm/vmalloc.h). */
static inline uint32_t mmio_read32(const volatile void *address)
{
	return *(const volatile uint32_t *)address;
}

static inline void mmio_write32(volatile void *address, uint32_t v)
{
	*(volatile uint32_t *)address = v;
}

static inline uint64_t mmio_read64(const volatile void *address)
{
	return *(const volatile uint64_t *)address;
}

static inline void mmio_write64(volatile void *address, uint64_t v)
{
	*(volatile uint64_t *)address = v;
}

#endif

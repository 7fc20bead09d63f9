/*
 * x86_memory.c: what the kernel's own page tables allow, and that the processor keeps
 * to it; maps made and undone, also when the memory for tables runs out half-way.
 */
#include "kernel/boot_info.h"
#include "kernel/mm/page.h"
#include "kernel/x86/cpu.h"
#include "kernel/x86/internal.h"
#include "kernel/x86/page_table.h"
#include "kernel/x86/trap.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "tests/self/self.h"

enum { NOT_MAPPED = 1 << 16 };

static unsigned rights(const void *address)
{
	uint64_t phys;
	unsigned flags;

	if (!paging_lookup(paging_kernel_root(), (uint64_t)address, &phys, &flags))
		return NOT_MAPPED;
	return flags & (PAGING_WRITE | PAGING_EXECUTE | PAGING_USER);
}

static unsigned no_execute(unsigned flags)
{
	return cpu_features.nx ? flags : flags | PAGING_EXECUTE;
}

static const void *alias(const void *address)
{
	return phys_to_virt(virt_to_phys(address));
}

SELF_TEST("x86.rights_of_the_image", test_rights)
{
	static const char constant[] = "constant";
	static char variable;
	char local;

	EXPECT_EQ(rights(kernel_text_start), PAGING_EXECUTE);
	EXPECT_EQ(rights((void *)((uint64_t)kernel_text_end - 1)), PAGING_EXECUTE);
	EXPECT_EQ(rights(constant), no_execute(0));
	EXPECT_EQ(rights(&variable), no_execute(PAGING_WRITE));
	EXPECT_EQ(rights(&local), no_execute(PAGING_WRITE));
	EXPECT_EQ(rights(alias(kernel_text_start)), no_execute(0));
	EXPECT_EQ(rights(alias(constant)), no_execute(0));
	EXPECT_EQ(rights(alias(&variable)), no_execute(PAGING_WRITE));
	EXPECT_EQ(rights(NULL), NOT_MAPPED);
	EXPECT_EQ(rights(boot_stack_guard), NOT_MAPPED);
	for (unsigned i = 0; i < ARRAY_SIZE(interrupt_stacks); i++) {
		EXPECT_EQ(rights(interrupt_stacks[i].guard), NOT_MAPPED);
		EXPECT_EQ(rights(interrupt_stacks[i].stack), no_execute(PAGING_WRITE));
	}
	EXPECT_EQ(rights(boot_stack), no_execute(PAGING_WRITE));
	EXPECT_EQ(rights((void *)virt_to_phys(kernel_text_start)), NOT_MAPPED);
}

SELF_TEST("x86.all_ram_is_mapped_and_nothing_else", test_direct_map)
{
	uint64_t end = MIB;

	for (unsigned i = 0; i < boot_info.memory_count; i++) {
		const struct boot_memory *m = &boot_info.memory[i];
		uint64_t first = ALIGN_UP(m->base, PAGE_SIZE);
		uint64_t last = ALIGN_DOWN(m->base + m->size, PAGE_SIZE) - PAGE_SIZE;
		uint64_t phys;
		unsigned flags;

		if (m->type != BOOT_MEMORY_RAM || first > last || last < MIB)
			continue;
		EXPECT(paging_lookup(paging_kernel_root(), DIRECT_BASE + first, &phys,
				     &flags));
		EXPECT_EQ(phys, first);
		EXPECT(paging_lookup(paging_kernel_root(), DIRECT_BASE + last, &phys,
				     &flags));
		EXPECT_EQ(phys, last);
		EXPECT_EQ(flags & PAGING_EXECUTE, no_execute(0));
		end = last + PAGE_SIZE;
	}
	/* A hole that the firmware's tables do not lie in. */
	EXPECT_EQ(rights(phys_to_virt(end + 64 * GIB)), NOT_MAPPED);
}

static volatile unsigned faults;
static volatile uint64_t fault_error;

/* Steps over write_byte's `movb $0, (register)`, which is 3 bytes long. */
static bool skip_write(struct trap_frame *frame)
{
	const uint8_t *code = (const uint8_t *)frame->rip;

	if (code[0] != 0xc6 || code[1] > 7 || code[1] == 4 || code[1] == 5)
		return false;
	faults++;
	fault_error = frame->error;
	frame->rip += 3;
	return true;
}

static NOINLINE void write_byte(volatile char *address)
{
	*address = 0;
}

static void expect_fault(const void *address)
{
	unsigned before = faults;

	trap_set_handler(TRAP_PAGE_FAULT, skip_write);
	write_byte((volatile char *)(uint64_t)address);
	trap_set_handler(TRAP_PAGE_FAULT, NULL);
	EXPECT_EQ(faults, before + 1);
}

SELF_TEST("x86.writes_to_constants_fault", test_write_protection)
{
	static const char constant[] = "constant";
	char before = *kernel_text_start, variable = 1;

	expect_fault(kernel_text_start);
	EXPECT_EQ(fault_error, 3); /* a write that is forbidden */
	expect_fault(alias(kernel_text_start));
	expect_fault(constant);
	expect_fault(alias(constant));
	EXPECT_EQ(*kernel_text_start, before);
	EXPECT_EQ(constant[0], 'c');
	expect_fault(boot_stack_guard);
	EXPECT_EQ(fault_error, 2); /* a write where nothing is */
	write_byte(&variable);
	EXPECT_EQ(variable, 0);
}

/* Tables of a root of our own: how many there are, and how many there may be. */
static uint64_t given[8];
static unsigned given_count, given_limit;

static uint64_t limited_source(void)
{
	if (given_count == given_limit || given_count == ARRAY_SIZE(given))
		return 0;
	given[given_count] = page_alloc_table();
	return given[given_count] ? given[given_count++] : 0;
}

static void free_given(void)
{
	while (given_count > 0)
		page_free_address(phys_to_virt(given[--given_count]));
}

SELF_TEST("x86.no_device_in_ram", test_no_device_in_ram)
{
	uint64_t page = page_alloc_table(), phys;
	unsigned flags, before;

	if (!page) {
		self_skip("no memory");
		return;
	}
	(void)paging_lookup(paging_kernel_root(), DIRECT_BASE + page, &phys, &before);
	EXPECT(paging_is_ram(page, 1));
	EXPECT(paging_is_ram(page - 1, 2));
	EXPECT(!paging_is_ram(0xfee00000, PAGE_SIZE));
	EXPECT(!paging_map_device(page, PAGE_SIZE));
	EXPECT(!paging_map_device(UINT64_MAX - 1, 4));
	EXPECT(!paging_map_device(DIRECT_SIZE, 4));
	(void)paging_lookup(paging_kernel_root(), DIRECT_BASE + page, &phys, &flags);
	EXPECT_EQ(flags, before);
	page_free_address(phys_to_virt(page));
}

static bool is_mapped(uint64_t root, uint64_t virt, uint64_t *phys, unsigned *flags)
{
	return paging_lookup(root, virt, phys, flags);
}

static int map_limited(uint64_t root, unsigned limit, uint64_t virt, size_t pages)
{
	paging_source saved = paging_tables_from;
	int error;

	given_limit = given_count + limit;
	paging_tables_from = limited_source;
	error = paging_map(root, virt, 5 * PAGE_SIZE, pages, PAGING_USER | PAGING_WRITE);
	paging_tables_from = saved;
	return error;
}

SELF_TEST("x86.map_and_unmap", test_map)
{
	/* The last page of a table and the first of the next one. */
	uint64_t virt = 0x7f00003ff000, phys, root = page_alloc_table();
	unsigned flags;

	if (!root) {
		self_skip("no memory");
		return;
	}
	for (unsigned limit = 0; limit < 4; limit++) {
		EXPECT_EQ(map_limited(root, limit, virt, 2), -ENOMEM);
		EXPECT(!is_mapped(root, virt, &phys, &flags));
		EXPECT(!is_mapped(root, virt + PAGE_SIZE, &phys, &flags));
		memset(phys_to_virt(root), 0, PAGE_SIZE);
		free_given();
	}
	EXPECT_EQ(map_limited(root, 4, virt, 2), 0);
	EXPECT(is_mapped(root, virt + 7, &phys, &flags));
	EXPECT_EQ(phys, 5 * PAGE_SIZE + 7);
	EXPECT_EQ(flags, no_execute(PAGING_USER | PAGING_WRITE));
	EXPECT(is_mapped(root, virt + PAGE_SIZE, &phys, &flags));
	EXPECT_EQ(phys, 6 * PAGE_SIZE);

	EXPECT_EQ(map_limited(root, 4, virt - PAGE_SIZE, 2), -EEXIST);
	EXPECT(!is_mapped(root, virt - PAGE_SIZE, &phys, &flags));
	EXPECT(is_mapped(root, virt, &phys, &flags));

	paging_unmap(root, virt - PAGE_SIZE, 3);
	EXPECT(!is_mapped(root, virt, &phys, &flags));
	EXPECT(!is_mapped(root, virt + PAGE_SIZE, &phys, &flags));
	free_given();
	page_free_address(phys_to_virt(root));
}

/*
 * param.h: boot parameters. A file declares the ones that it takes; the whole command
 * line is parsed once, before memory and devices, so a handler only notes the value.
 *
 * Form: words separated by blanks, name or name=value, a value may be "quoted". What no
 * one takes is reported in the log; so is a value that its handler refuses.
 */
#ifndef KERNEL_DEV_PARAM_H
#define KERNEL_DEV_PARAM_H

#include "lib/base.h"

struct param {
	const char *name; /* "seed", or a prefix that ends in '.': "quarto." */
	const char *help; /* one line: value and meaning */
	/*
	 * value is NULL where the word has none; for a prefix, rest is what follows it.
	 * Both stay valid for good. Returns 0 or -EINVAL.
	 */
	int (*set)(const char *rest, const char *value);
};

#define PARAM(symbol, name_, help_, set_)                                             \
	static const struct param *const PASTE(param_of_, symbol) LINK_TABLE(param) = \
		&(const struct param)                                                 \
	{                                                                             \
		name_, help_, set_                                                    \
	}

/* Parses boot_info.cmdline. Once, early. */
void param_parse(const char *cmdline);
/* Logs what was not understood; once the log has a way out. */
void param_report(void);
/* For the monitor's help. */
void param_visit(void (*visit)(const struct param *param, void *context), void *context);

#endif

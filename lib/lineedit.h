/*
 * lineedit.h: editing of one line on a raw terminal, as pure logic: key bytes in,
 * terminal output to a sink, the finished line in the struct. UTF-8 throughout; a
 * line that is wider than the terminal scrolls sideways.
 *
 * Keys: characters; Left Right Home End Del (VT100, xterm and Linux sequences);
 * ^A ^E ^B ^F, Alt-B Alt-F a word; Backspace, ^H; ^K ^U to the end, to the start;
 * ^W a word; Up Down ^P ^N history; Tab completion; ^L a clear screen; Enter; ^C;
 * ^D (on an empty line end of file, else Del).
 *
 *	lineedit_init(&ed, &sink, complete, arg);
 *	lineedit_start(&ed, "octavo> ");
 *	while (lineedit_feed(&ed, next_byte()) == LINEEDIT_MORE)
 *		;
 *	use(ed.line);
 */
#ifndef LIB_LINEEDIT_H
#define LIB_LINEEDIT_H

#include "lib/ansi.h"
#include "lib/base.h"
#include "lib/history.h"
#include "lib/printf.h"
#include "lib/utf8.h"

/* Bytes, with the NUL. */
#define LINEEDIT_LINE 1024
#define LINEEDIT_WORD 128
/* Candidates of one completion; further ones are not asked for. */
#define LINEEDIT_CANDIDATES 128
#define LINEEDIT_COLUMNS 80

enum lineedit_result {
	LINEEDIT_MORE,	      /* the line is not finished */
	LINEEDIT_LINE_READY,  /* Enter: it is in line, and in the history */
	LINEEDIT_EOF,	      /* ^D on an empty line */
	LINEEDIT_INTERRUPTED, /* ^C: line is empty */
};

/*
 * Writes the index-th candidate for the word line[word..len), whole and ended by
 * NUL, to out (LINEEDIT_WORD bytes); false when there are no more. line[0..len) is
 * what stands in front of the cursor; no NUL ends it.
 */
typedef bool lineedit_complete(void *arg, const char *line, size_t word, size_t len,
			       unsigned index, char *out);

/* About 10 KiB, to be allocated. Only line, len and columns are for the caller. */
struct lineedit {
	char line[LINEEDIT_LINE]; /* ended by NUL once it is ready */
	size_t len;
	unsigned columns; /* of the terminal; may be changed between lines */

	size_t cursor; /* a place in line, at the start of a character */
	size_t view;   /* where in line the visible part starts */
	const char *prompt;
	struct fmt_sink *out;
	lineedit_complete *complete;
	void *complete_arg;

	struct ansi keys;
	struct utf8_decoder utf8;
	enum lineedit_result result;
	bool after_cr;	/* the byte before was CR: LF is not another Enter */
	bool after_ss3; /* ESC O came: the next character is a key's name */

	struct history history;
	size_t history_pos;
	char draft[LINEEDIT_LINE]; /* the new line while an old one is shown */
};

/* complete may be NULL. The sink and arg must live as long as ed is used. */
void lineedit_init(struct lineedit *ed, struct fmt_sink *out, lineedit_complete *complete,
		   void *arg);

/*
 * Shows the prompt, plain text that stays the caller's, and starts an empty line;
 * the terminal's cursor is in the first column.
 */
void lineedit_start(struct lineedit *ed, const char *prompt);

/* Takes a byte from the terminal. After any result but MORE, start again. */
enum lineedit_result lineedit_feed(struct lineedit *ed, uint8_t byte);

/* Shows prompt and line again, after something else was written to the terminal. */
void lineedit_redraw(struct lineedit *ed);

#endif

/*
 * lineedit_view.h: how the line editor sees its line as characters and draws it;
 * for lineedit.c alone.
 */
#ifndef LIB_LINEEDIT_VIEW_H
#define LIB_LINEEDIT_VIEW_H

#include "lib/lineedit.h"

/*
 * The place in the line one character before (or behind) pos, or pos at the end of
 * the way. Marks that combine go with the character that they follow.
 */
size_t lineedit_previous(const struct lineedit *ed, size_t pos);
size_t lineedit_next(const struct lineedit *ed, size_t pos);

/* The columns of the characters from from to to. */
unsigned lineedit_width(const struct lineedit *ed, size_t from, size_t to);

/*
 * Cheaper than lineedit_redraw: after the cursor moved; after n bytes were inserted
 * in front of it; after so many columns were erased backwards from the end (0:
 * elsewhere).
 */
void lineedit_show_moved(struct lineedit *ed);
void lineedit_show_inserted(struct lineedit *ed, size_t n);
void lineedit_show_removed(struct lineedit *ed, unsigned columns);

#endif

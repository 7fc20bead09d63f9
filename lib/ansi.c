/*
 * ansi.c: the parser of escape sequences: one function for each state, which sees
 * the characters 0x20 to 0x7e only; controls and everything beyond ASCII mean the
 * same in all states but strings and are dealt with in front of them. A sequence
 * with more intermediates than one, or with a parameter byte out of place (such as
 * ':'), is read to its end and dropped.
 */
#include "lib/ansi.h"

#define BEL 0x07
#define CAN 0x18
#define SUB 0x1a
#define ESC 0x1b
#define DEL 0x7f

void ansi_init(struct ansi *ansi, const struct ansi_ops *ops)
{
	*ansi = (struct ansi){ .ops = ops };
}

static bool is_intermediate(char c)
{
	return c >= 0x20 && c <= 0x2f;
}

static bool is_final(char c)
{
	return c >= 0x40;
}

static void in_escape(struct ansi *ansi, char c)
{
	char intermediate = ansi->escape_intermediate;

	if (is_intermediate(c)) {
		ansi->escape_intermediate = c;
		if (intermediate)
			ansi->state = ANSI_ESCAPE_IGNORE;
		return;
	}
	ansi->state = ANSI_TEXT;
	if (intermediate) {
		ansi->ops->esc(ansi, intermediate, c);
		return;
	}
	switch (c) {
	case '[':
		ansi->csi = (struct ansi_csi){ 0 };
		ansi->state = ANSI_CSI_START;
		break;
	case ']': /* OSC */
	case 'P': /* DCS */
	case 'X': /* SOS */
	case '^': /* PM */
	case '_': /* APC */
		ansi->string_length = 0;
		ansi->state = ANSI_STRING;
		break;
	case '\\': /* ST, the end of a string */
		break;
	default:
		ansi->ops->esc(ansi, 0, c);
	}
}

static void finish_csi(struct ansi *ansi, char final)
{
	ansi->csi.final = final;
	ansi->state = ANSI_TEXT;
	ansi->ops->csi(ansi, &ansi->csi);
}

static void add_digit(struct ansi_csi *csi, unsigned digit)
{
	unsigned value;

	if (csi->nparams == 0)
		csi->nparams = 1;
	if (csi->nparams > ANSI_MAX_PARAMS)
		return;
	value = csi->params[csi->nparams - 1] * 10U + digit;
	csi->params[csi->nparams - 1] = (uint16_t)MIN(value, ANSI_MAX_VALUE);
}

/* "1;;3" has three parameters, ";" two. One more than fit stands for all the rest. */
static void add_separator(struct ansi_csi *csi)
{
	if (csi->nparams == 0)
		csi->nparams = 1;
	if (csi->nparams <= ANSI_MAX_PARAMS)
		csi->nparams++;
}

static void in_params(struct ansi *ansi, char c)
{
	bool first = ansi->state == ANSI_CSI_START;

	ansi->state = ANSI_CSI_PARAMS;
	if (c >= '0' && c <= '9') {
		add_digit(&ansi->csi, (unsigned)(c - '0'));
	} else if (c == ';') {
		add_separator(&ansi->csi);
	} else if (is_intermediate(c)) {
		ansi->csi.nparams = MIN(ansi->csi.nparams, ANSI_MAX_PARAMS);
		ansi->csi.intermediate = c;
		ansi->state = ANSI_CSI_INTERMEDIATE;
	} else if (is_final(c)) {
		ansi->csi.nparams = MIN(ansi->csi.nparams, ANSI_MAX_PARAMS);
		finish_csi(ansi, c);
	} else if (first && c != ':') {
		ansi->csi.marker = c;
	} else {
		ansi->state = ANSI_CSI_IGNORE;
	}
}

static void in_graphic(struct ansi *ansi, char c)
{
	switch (ansi->state) {
	case ANSI_TEXT:
		ansi->ops->print(ansi, (uint32_t)c);
		break;
	case ANSI_ESCAPE:
		in_escape(ansi, c);
		break;
	case ANSI_ESCAPE_IGNORE:
		if (!is_intermediate(c))
			ansi->state = ANSI_TEXT;
		break;
	case ANSI_CSI_START:
	case ANSI_CSI_PARAMS:
		in_params(ansi, c);
		break;
	case ANSI_CSI_INTERMEDIATE:
		if (is_final(c))
			finish_csi(ansi, c);
		else
			ansi->state = ANSI_CSI_IGNORE;
		break;
	case ANSI_CSI_IGNORE:
		if (is_final(c))
			ansi->state = ANSI_TEXT;
		break;
	case ANSI_STRING:
		break;
	}
}

static void in_control(struct ansi *ansi, uint8_t byte)
{
	if (byte == CAN || byte == SUB) {
		ansi->state = ANSI_TEXT;
	} else if (byte == ESC) {
		ansi->escape_intermediate = 0;
		ansi->state = ANSI_ESCAPE;
	} else if (ansi->state == ANSI_STRING) {
		if (byte == BEL)
			ansi->state = ANSI_TEXT;
	} else if (byte != DEL || ansi->state == ANSI_TEXT) {
		ansi->ops->control(ansi, byte);
	}
}

void ansi_feed(struct ansi *ansi, uint32_t code)
{
	if (ansi->state == ANSI_STRING && ++ansi->string_length > ANSI_MAX_STRING)
		ansi->state = ANSI_TEXT;
	if (code < 0x20 || code == DEL) {
		in_control(ansi, (uint8_t)code);
	} else if (code < DEL) {
		in_graphic(ansi, (char)code);
	} else if (code >= 0xa0 && ansi->state != ANSI_STRING) {
		/* No part of any sequence; 0x80 to 0x9f, 8-bit controls, are dropped. */
		ansi->state = ANSI_TEXT;
		ansi->ops->print(ansi, code);
	}
}

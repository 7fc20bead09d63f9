/*
 * home.c: a program's port on Linux: lines out of a buffer of standard input,
 * bytes to standard output, messages to standard error.
 */
#include "programs/home/home.h"
#include "lib/printf.h"
#include "lib/string.h"

#define LOG_LINE 256

/* Makes input available; 1, 0 at its end, or a negative errno. */
static int fill(struct port *port)
{
	ssize_t n;

	if (port->next < port->have)
		return 1;
	if (port->at_end)
		return 0;
	n = home_read(port->input, sizeof(port->input));
	if (n < 0)
		return (int)n;
	port->next = 0;
	port->have = (size_t)n;
	port->at_end = n == 0;
	return n > 0;
}

ssize_t port_read_line(struct port *port, char *line, size_t size)
{
	size_t length = 0;
	bool cut = false;
	bool any = false;
	int status;

	for (;;) {
		char c;

		status = fill(port);
		if (status <= 0)
			break;
		c = port->input[port->next++];
		any = true;
		if (c == '\n')
			break;
		if (length + 1 < size)
			line[length++] = c;
		else
			cut = true;
	}
	line[length] = '\0';
	if (status < 0)
		return status;
	if (!any)
		return -ENODATA;
	return cut ? -EMSGSIZE : (ssize_t)length;
}

static int write_all(int fd, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = home_write(fd, bytes, len);

		if (n < 0)
			return (int)n;
		bytes += n;
		len -= (size_t)n;
	}
	return 0;
}

int port_write(struct port *port, const char *bytes, size_t len)
{
	int error = write_all(HOME_STDOUT, bytes, len);

	return error == 0 || error == -EINTR || error == -EPIPE ? error : -EIO;
}

void port_log(struct port *port, enum port_log_level level, const char *fmt, ...)
{
	char text[LOG_LINE];
	va_list args;

	va_start(args, fmt);
	fmt_vsnprintf(text, sizeof(text) - 1, fmt, args);
	va_end(args);
	text[strlen(text) + 1] = '\0';
	text[strlen(text)] = '\n';
	/* Nobody is left to tell when even this fails. */
	if (write_all(HOME_STDERR, text, strlen(text)) != 0)
		return;
}

bool port_utf8(struct port *port)
{
	return port->utf8;
}

bool home_is_utf8(bool terminal, const char *(*getenv)(const char *name))
{
	static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };

	for (size_t i = 0; terminal && i < ARRAY_SIZE(names); i++) {
		const char *value = getenv(names[i]);

		if (value == NULL || *value == '\0')
			continue;
		return strstr(value, "UTF-8") != NULL || strstr(value, "utf8") != NULL;
	}
	return true;
}

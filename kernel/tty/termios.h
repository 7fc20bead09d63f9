/*
 * termios.h: struct termios and its constants as the Linux x86_64 ABI has them
 * (POSIX.1-2017 chapter 11, termios(3), ioctl_tty(2)).
 */
#ifndef KERNEL_TTY_TERMIOS_H
#define KERNEL_TTY_TERMIOS_H

#include "lib/base.h"

enum { TERMIOS_CONTROLS = 19 };

struct termios {
	uint32_t iflag, oflag, cflag, lflag;
	uint8_t line;
	uint8_t cc[TERMIOS_CONTROLS];
};

struct winsize {
	uint16_t rows, columns, x_pixels, y_pixels;
};

enum termios_cc {
	VINTR = 0,
	VQUIT = 1,
	VERASE = 2,
	VKILL = 3,
	VEOF = 4,
	VTIME = 5,
	VMIN = 6,
	VSWTC = 7,
	VSTART = 8,
	VSTOP = 9,
	VSUSP = 10,
	VEOL = 11,
	VREPRINT = 12,
	VDISCARD = 13,
	VWERASE = 14,
	VLNEXT = 15,
	VEOL2 = 16,
};

enum termios_iflag {
	IGNBRK = 0000001,
	BRKINT = 0000002,
	IGNPAR = 0000004,
	PARMRK = 0000010,
	INPCK = 0000020,
	ISTRIP = 0000040,
	INLCR = 0000100,
	IGNCR = 0000200,
	ICRNL = 0000400,
	IXON = 0002000,
	IXANY = 0004000,
	IXOFF = 0010000,
	IMAXBEL = 0020000,
	IUTF8 = 0040000,
};

enum termios_oflag {
	OPOST = 0000001,
	ONLCR = 0000004,
	OCRNL = 0000010,
	ONOCR = 0000020,
	ONLRET = 0000040,
	TABDLY = 0014000,
	XTABS = 0014000,
};

enum termios_cflag {
	CBAUD = 0010017,
	B9600 = 0000015,
	B115200 = 0010002,
	CS8 = 0000060,
	CREAD = 0000200,
	CLOCAL = 0004000,
};

enum termios_lflag {
	ISIG = 0000001,
	ICANON = 0000002,
	ECHO = 0000010,
	ECHOE = 0000020,
	ECHOK = 0000040,
	ECHONL = 0000100,
	NOFLSH = 0000200,
	TOSTOP = 0000400,
	ECHOCTL = 0001000,
	ECHOKE = 0004000,
	IEXTEN = 0100000,
};

enum tty_ioctl {
	TCGETS = 0x5401,
	TCSETS = 0x5402,
	TCSETSW = 0x5403,
	TCSETSF = 0x5404,
	TCSBRK = 0x5409,
	TCXONC = 0x540a,
	TCFLSH = 0x540b,
	TIOCOUTQ = 0x5411,
	TIOCGWINSZ = 0x5413,
	TIOCSWINSZ = 0x5414,
	FIONREAD = 0x541b,
	TCSBRKP = 0x5425,
};

enum { TCOOFF = 0, TCOON = 1, TCIOFF = 2, TCION = 3 }; /* TCXONC */
enum { TCIFLUSH = 0, TCOFLUSH = 1, TCIOFLUSH = 2 };    /* TCFLSH */

#endif

# The ported programs outside the kernel: build/host/NAME (an ordinary program,
# sanitizers on) and build/user/NAME (a static Linux executable without libc).

HOST_CFLAGS := -std=gnu11 -I. -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer -Wall -Wextra -Werror -Wstrict-prototypes -Wmissing-prototypes \
	-Wshadow -Wvla -Wno-unused-parameter -Wno-sign-compare -D_GNU_SOURCE

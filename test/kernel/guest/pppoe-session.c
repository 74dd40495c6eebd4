/*
 * pppoe-session IFNAME DEV SESSION PEER [MTU]: a PPPoE session without pppd, up and held until killed.
 *
 * For recording cases with ppp devices: see CONTRIBUTING.md. cc -O2 -static.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_pppox.h>
#include <linux/ppp-ioctl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
static void die(const char *w) { perror(w); exit(1); }
int main(int c, char **v)
{
	if (c < 5) return 2;
	mknod("/dev/ppp", S_IFCHR | 0600, makedev(108, 0));
	int s = socket(AF_PPPOX, SOCK_STREAM, PX_PROTO_OE);
	if (s < 0) die("socket");
	struct sockaddr_pppox a = { .sa_family = AF_PPPOX, .sa_protocol = PX_PROTO_OE };
	a.sa_addr.pppoe.sid = htons(atoi(v[3]));
	unsigned m[6];
	if (sscanf(v[4], "%x:%x:%x:%x:%x:%x", m, m+1, m+2, m+3, m+4, m+5) != 6) return 2;
	for (int i = 0; i < 6; i++) a.sa_addr.pppoe.remote[i] = m[i];
	strncpy(a.sa_addr.pppoe.dev, v[2], IFNAMSIZ - 1);
	if (connect(s, (void *)&a, sizeof a)) die("connect");
	int chan, unit = -1;
	if (ioctl(s, PPPIOCGCHAN, &chan)) die("GCHAN");
	int ch = open("/dev/ppp", O_RDWR);
	if (ch < 0) die("/dev/ppp");
	if (ioctl(ch, PPPIOCATTCHAN, &chan)) die("ATTCHAN");
	int u = open("/dev/ppp", O_RDWR);
	if (ioctl(u, PPPIOCNEWUNIT, &unit)) die("NEWUNIT");
	if (ioctl(ch, PPPIOCCONNECT, &unit)) die("CONNECT");
	int mru = 1492;
	if (ioctl(u, PPPIOCSMRU, &mru)) die("SMRU");
	for (int p = 0; p < 2; p++) {
		struct npioctl n = { .protocol = p ? 0x57 : 0x21, .mode = NPMODE_PASS };
		if (ioctl(u, PPPIOCSNPMODE, &n)) die("SNPMODE");
	}
	char cmd[400], was[32];
	snprintf(was, sizeof was, "ppp%d", unit);
	snprintf(cmd, sizeof cmd, "ip link set %s mtu %s", was, c > 5 ? v[5] : "1492");
	if (system(cmd)) return 1;
	if (strcmp(was, v[1])) { snprintf(cmd, sizeof cmd, "ip link set %s name %s", was, v[1]); if (system(cmd)) return 1; }
	if (fork()) _exit(0);
	setsid();
	int n = open("/dev/null", O_RDWR); dup2(n, 0); dup2(n, 1); dup2(n, 2);
	for (;;) pause();
}

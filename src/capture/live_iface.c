/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/live_iface.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

/* What the kernel says of the interface of that name; false: there is none. */
static bool
ask(const struct live_iface *i, unsigned long what, struct ifreq *r)
{
	*r = (struct ifreq){0};
	strncpy(r->ifr_name, i->name, sizeof r->ifr_name - 1);
	return ioctl(i->fd, what, r) == 0;
}

static bool
bind_to(struct live_iface *i, int index)
{
	const struct sockaddr_ll a = {
	    .sll_family = AF_PACKET,
	    .sll_protocol = htons(ETH_P_ALL),
	    .sll_ifindex = index,
	};
	const struct packet_mreq m = {
	    .mr_ifindex = index, .mr_type = PACKET_MR_PROMISC};
	if (bind(i->fd, (const struct sockaddr *)&a, sizeof a) < 0)
		return false;
	if (i->promiscuous)
		(void)setsockopt(
		    i->fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &m, sizeof m);
	i->index = index;
	return true;
}

void
live_iface_init(
    struct live_iface *i, const char *name, int fd, bool promiscuous)
{
	struct ifreq r;
	*i = (struct live_iface){
	    .name = name, .fd = fd, .promiscuous = promiscuous};
	if (strcmp(name, "any") == 0)
		return;
	if (ask(i, SIOCGIFINDEX, &r))
		i->index = r.ifr_ifindex;
	if (ask(i, SIOCGIFHWADDR, &r))
		i->hardware = r.ifr_hwaddr.sa_family;
}

enum live_iface_state
live_iface_look(struct live_iface *i)
{
	struct ifreq r;
	if (i->index == 0) /* all of them, or none that has an index */
		return LIVE_IFACE_UP;
	if (!ask(i, SIOCGIFINDEX, &r))
		return LIVE_IFACE_GONE;
	int index = r.ifr_ifindex;
	if (index != i->index) {
		if (ask(i, SIOCGIFHWADDR, &r) &&
		    r.ifr_hwaddr.sa_family != i->hardware)
			return LIVE_IFACE_OTHER;
		if (!bind_to(i, index))
			return LIVE_IFACE_GONE;
	}
	if (!ask(i, SIOCGIFFLAGS, &r))
		return LIVE_IFACE_GONE;
	const int both = IFF_UP | IFF_RUNNING;
	return (r.ifr_flags & both) == both ? LIVE_IFACE_UP : LIVE_IFACE_DOWN;
}

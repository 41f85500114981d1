/* SPDX-License-Identifier: Apache-2.0 */
/* The tables by name, for entries.c.  Each ends with an entry of no code. */
#ifndef DIAG_ENTRIES_LIST_H
#define DIAG_ENTRIES_LIST_H

#include "diag/entries.h"

/* entries_net.c: the way there, and the network and the capture around it */
extern const struct diag_entry diag_entries_tcp[], diag_entries_around[];
/* entries_tls.c */
extern const struct diag_entry diag_entries_tls[];
/* entries_sip.c */
extern const struct diag_entry diag_entries_sip[];
/* entries_provisioning.c */
extern const struct diag_entry diag_entries_provisioning[];

/* entries_dns.c */
extern const struct diag_entry diag_entries_dns[];
/* entries_boot.c: link and DHCP */
extern const struct diag_entry diag_entries_boot[];
/* entries_log.c */
extern const struct diag_entry diag_entries_log[];

#endif

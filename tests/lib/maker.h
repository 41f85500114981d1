/* SPDX-License-Identifier: Apache-2.0 */
/* Capture files put together number by number, and what is read of them. */
#ifndef MAKER_H
#define MAKER_H

#include "capture/capture.h"

/* A file being put together, of either byte order. */
struct maker {
	GByteArray *b;
	bool big;
};

struct maker maker_new(bool big);
/* Frees it unsaved. */
void maker_free(struct maker *m);
void put(struct maker *m, uint64_t v, unsigned bytes);
void put_zeros(struct maker *m, size_t n);
void put_bytes(struct maker *m, const void *bytes, size_t n);

void pcap_header(struct maker *m, uint32_t magic, uint32_t linktype);
void pcap_frame(struct maker *m, uint32_t sec, uint32_t frac, uint32_t n,
    uint32_t wire, unsigned extra);

/* Any block: begins one, and block_end() puts its lengths right. */
size_t block(struct maker *m, uint32_t type);
void block_end(struct maker *m, size_t began);
void option(struct maker *m, unsigned code, const void *value, unsigned n);
void option_u64(struct maker *m, unsigned code, uint64_t value);
void section(struct maker *m);
/* resolution: the if_tsresol byte; 0: no such option. */
void interface(struct maker *m, unsigned linktype, unsigned resolution);
void enhanced(struct maker *m, unsigned id, uint64_t stamp, unsigned n);

/* Writes it to a file in a folder of this process, and frees it. */
char *save(struct maker *m, const char *name);
/* Removes the file, and its folder where it was the last one; frees the path.
 */
void unsave(char *path);

struct result {
	unsigned frames, errors, secrets;
	rs_time ts[16];
	struct rs_frame frame[16];
	int linktype[16];
	size_t n[16];
	uint32_t wire[16];
	char last_error[256];
	char secret[64];
};

struct result read_all(
    const char *const *paths, unsigned n, struct cap_info *info);
/* Removes the file as well. */
struct result read_one(char *path, struct cap_info *info);

#endif

/* What the kernel counts for each partition. */

#ifndef HEDDLE_COUNTERS_H
#define HEDDLE_COUNTERS_H

#include <stdint.h>

/* Figures since the kernel started; a restart of the partition does not clear them. */
struct partition_counters {
	/* Messages handed to it: of channels, devices and flash. */
	uint32_t received;
	/* Its sends that were taken. */
	uint32_t sent;
	/* Its sends that the table does not allow. */
	uint32_t refused;
	/* Its sends that found no room or came too fast. */
	uint32_t full;
	/* Its sends to a partition that was down. */
	uint32_t unreachable;
	/* Instances after the first. */
	uint32_t restarts;
	uint32_t faults;
};

#endif

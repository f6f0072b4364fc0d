/* What the kernel counts for each partition, and who was refused towards whom. */

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

void counters_reset(void);
/* Counts a refused send; stays at its greatest value rather than begin anew. */
void counters_count_refusal(unsigned from, unsigned to);
/* Refused sends of one partition towards another, 65,535 at most. */
unsigned counters_refused_between(unsigned from, unsigned to);
/* Kernel notices that went over a partition's quota or found the queue to `audit` full. */
void counters_count_suppressed(void);
uint32_t counters_notices_suppressed(void);

#endif

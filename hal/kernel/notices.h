/* What the kernel itself reports to `audit`: refused sends, faults, holds. */

#ifndef HEDDLE_NOTICES_H
#define HEDDLE_NOTICES_H

/* Two refusals at once show a pattern; one a second shows that it goes on. */
#define NOTICES_PER_SECOND 1
#define NOTICES_AT_ONCE 2

/* An `AUDIT_EVENT`: the offsets of firmware/ipc/audit.ts. */
enum audit_event {
	AUDIT_EVENT_OPERATION = 0,
	AUDIT_EVENT_CODE = 1,
	AUDIT_EVENT_DETAIL = 4,
	AUDIT_EVENT_LENGTH = 16,
};

#define OPERATION_AUDIT_EVENT 56

enum audit_code {
	AUDIT_CHANNEL_REFUSED = 1,
	AUDIT_PARTITION_FAULT = 2,
	AUDIT_PARTITION_HELD = 3,
	AUDIT_BOOT = 25,
};

void notices_reset(void);
void notices_boot(void);
void notices_refused(double now, unsigned from, unsigned to, int operation);
void notices_faulted(unsigned party, unsigned fault);
void notices_held(unsigned party);

#endif

/* Why an instance ended: firmware/kernel/fault.ts. The numbers go into the audit log. */

#ifndef HEDDLE_FAULT_H
#define HEDDLE_FAULT_H

enum fault { FAULT_NONE = 0, FAULT_THROW = 1, FAULT_MEMORY = 2, FAULT_CPU = 3 };

#endif

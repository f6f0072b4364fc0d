/* A kernel without flash and devices, for programs that run machines by themselves. */

#include "../../hal/kernel/machine.h"

unsigned kernel_region(unsigned partition, unsigned region, unsigned operation, uint32_t offset,
		       const uint8_t *bytes, unsigned length)
{
	(void)partition, (void)region, (void)operation, (void)offset, (void)bytes, (void)length;
	return KERNEL_BREACH;
}

unsigned kernel_device(unsigned partition, unsigned party, unsigned verb, const uint8_t *bytes,
		       unsigned length)
{
	(void)partition, (void)party, (void)verb, (void)bytes, (void)length;
	return KERNEL_BREACH;
}

/* An observer for boards that have nobody to show anything to. */

#include "observer.h"

void observer_delivered(double now, unsigned from, unsigned to, const uint8_t *bytes,
			unsigned length)
{
	(void)now, (void)from, (void)to, (void)bytes, (void)length;
}

void observer_refused(double now, unsigned from, unsigned to, int operation)
{
	(void)now, (void)from, (void)to, (void)operation;
}

void observer_faulted(double now, unsigned party, unsigned kind, const char *what)
{
	(void)now, (void)party, (void)kind, (void)what;
}

void observer_restarted(double now, unsigned party)
{
	(void)now, (void)party;
}

void observer_held(double now, unsigned party, double until)
{
	(void)now, (void)party, (void)until;
}

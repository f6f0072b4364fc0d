/* The account of a call: one sum, and the moment since which it runs. */

#include "account.h"

#include "instructions.h"

static bool counted, running;
static uint64_t sum, since;

void account_open(bool counting)
{
	counted = counting;
}

void account_begin(void)
{
	sum = 0;
	running = counted;
	account_resume();
}

double account_end(void)
{
	double spent;

	account_pause();
	running = false;
	spent = (double)sum;
	sum = 0;
	return spent;
}

void account_pause(void)
{
	if (running)
		sum += instructions_done() - since;
}

void account_resume(void)
{
	if (running)
		since = instructions_done();
}

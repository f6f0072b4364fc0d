/*
 * The program around a bundle of modules that the Moddable SDK links for its command-line platform
 * (`x-cli-lin`): it clones the linked machine, runs the module that its argument names, and fails if
 * that exports anything but 0. The SDK gives other boards a program of their own.
 */
#include <stdio.h>
#include <stdlib.h>

#include "xs.h"
#include "xsHost.h"

/* The linker of the SDK writes it into mc.xs.c: the linked machine, and what a clone has at first. */
extern void *xsPreparationAndCreation(xsCreation **creation);

/* What the SDK's module `Resource` asks the program for: there are no resources. */
const void *mcGetResource(xsMachine *the, const char *path, size_t *size)
{
	(void)the;
	(void)path;
	*size = 0;
	return NULL;
}

/* The engine is out of memory, stack or steps. This program has one machine, so it ends. */
void fxAbort(xsMachine *the, int status)
{
	(void)the;
	fprintf(stderr, "the engine aborted with status %d\n", status);
	exit(70);
}

int main(int count, char **arguments)
{
	xsMachine *machine = xsPrepareMachine(NULL, xsPreparationAndCreation(NULL), "heddle", NULL, NULL);
	int failed = 1;

	if (machine == NULL || count != 2)
		return 70;
	xsBeginHost(machine);
	{
		xsVars(1);
		xsTry {
			xsVar(0) = xsAwaitImport(arguments[1], XS_IMPORT_DEFAULT);
			failed = xsToInteger(xsVar(0));
		}
		xsCatch {
			fprintf(stderr, "%s\n", xsToString(xsException));
		}
	}
	xsEndHost(machine);
	xsDeleteMachine(machine);
	return failed ? 1 : 0;
}

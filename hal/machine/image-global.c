/* What scripts hand over while they are evaluated for an image, and what they are handed. */
#include "image-global.h"

#include "verbs.h"

/* At image time only the addresses of the verbs count: nobody calls one. */
#define VERB_DEFINITION(call, name, arguments) void call(txMachine *the) { mxUnknownError(name); }
VERBS(VERB_DEFINITION)

#define VERB_ROW(call, name, arguments) { name, call, arguments },
static const struct verb {
	const char *name;
	txCallback call;
	txInteger arguments;
} verbs[] = { VERBS(VERB_ROW) };

txSlot shared[SHARED_MAX];
txSlot constructors[IMAGE_PARTITIONS];
txSlot *environments;
txSlot verb_table;

/* The first argument says which one. */
static txSlot *place(txMachine *the, txSlot *places, txInteger count)
{
	txInteger which = fxToInteger(the, mxArgv(0));

	if (places == NULL || which < 0 || which >= count)
		mxRangeError("no such place");
	return places + which;
}

/* `heddle.constructor(partition, f)`, and two like it, keep their value. */
static void keep(txMachine *the, txSlot *kept)
{
	if (mxArgc < 2 || kept->kind != XS_UNDEFINED_KIND)
		mxRangeError("nothing to keep, or kept already");
	kept->kind = mxArgv(1)->kind;
	kept->value = mxArgv(1)->value;
}

static void keep_constructor(txMachine *the)
{
	keep(the, place(the, constructors, IMAGE_PARTITIONS));
}

static void keep_environment(txMachine *the)
{
	keep(the, place(the, environments, IMAGE_PARTITIONS));
}

static void share(txMachine *the)
{
	keep(the, place(the, shared, SHARED_MAX));
}

/* `heddle.shared(n)`: what the base gave that number. */
static void get_shared(txMachine *the)
{
	const txSlot *kept = place(the, shared, SHARED_MAX);

	mxResult->kind = kept->kind;
	mxResult->value = kept->value;
}

/* Defining takes the object from the stack; the value stays and is dropped. */
static void put(txMachine *the, txSlot *object, txCallback call, txInteger arguments,
		const char *name)
{
	fxNewHostFunction(the, call, arguments, XS_NO_ID, XS_NO_ID);
	mxPushSlot(object);
	fxDefineID(the, fxNewNameC(the, (txString)name), XS_NO_FLAG, XS_GET_ONLY);
	mxPop();
}

static txSlot *code_of(txSlot *function)
{
	return mxFunctionInstanceCode(function->value.reference);
}

static void replace(txMachine *the, const txSlot *object, txID name, txCallback call)
{
	txSlot *own = mxBehaviorGetProperty(the, object->value.reference, name, 0, XS_OWN);

	code_of(own)->value.callback.address = call;
}

void global_forget_time_and_chance(txMachine *the)
{
	code_of(&mxDateConstructor)->value.callback.address = fx_Date_secure;
	replace(the, &mxDateConstructor, mxID(_now), fx_Date_now_secure);
	replace(the, &mxMathObject, mxID(_random), fx_Math_random_secure);
	mxPush(mxGlobal);
	fxDeleteID(the, mxID(_Date));
	mxPop();
	/* The bytes of a message that was lent are no chunk, which alone can be made longer. */
	mxPush(mxArrayBufferPrototype);
	fxDeleteID(the, mxID(_resize));
	mxPop();
}

/* The base has it, also for segments: it lasts. */
static void make_verbs(txMachine *the)
{
	txSlot *table;

	mxPush(mxObjectPrototype);
	table = (fxNewObjectInstance(the), the->stack);
	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
		put(the, table, verbs[i].call, verbs[i].arguments, verbs[i].name);
	verb_table.kind = table->kind;
	verb_table.value = table->value;
	mxPop();
}

void global_open(txMachine *the)
{
	txSlot *heddle;

	if (verb_table.kind == XS_UNDEFINED_KIND)
		make_verbs(the);
	mxPush(mxObjectPrototype);
	heddle = (fxNewObjectInstance(the), the->stack);
	put(the, heddle, keep_constructor, 2, "constructor");
	put(the, heddle, keep_environment, 2, "environment");
	put(the, heddle, share, 2, "share");
	put(the, heddle, get_shared, 1, "shared");
	mxPush(verb_table);
	mxPushSlot(heddle);
	fxDefineID(the, fxNewNameC(the, "verbs"), XS_NO_FLAG, XS_GET_ONLY);
	mxPop();
	mxPush(mxGlobal);
	fxDefineID(the, fxNewNameC(the, "heddle"), XS_NO_FLAG, XS_GET_ONLY);
	mxPop();
}

void global_close(txMachine *the)
{
	mxPush(mxGlobal);
	fxDeleteID(the, fxNewNameC(the, "heddle"));
	mxPop();
}

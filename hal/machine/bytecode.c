/* From a script's text to bytecode that runs where it lies. */
#include "bytecode.h"
#include "fuse.h"

static char *text_of(const char *path)
{
	FILE *file = fopen(path, "rb");
	char *text = NULL;
	long length;

	if (file == NULL)
		return NULL;
	if (fseek(file, 0, SEEK_END) == 0 && (length = ftell(file)) >= 0) {
		rewind(file);
		text = malloc((size_t)length + 1);
		if (text != NULL)
			text[fread(text, 1, (size_t)length, file)] = 0;
	}
	fclose(file);
	return text;
}

#define PARSER_BYTES (64u * 1024 * 1024)
#define PARSER_BUFFER (1024 * 1024)
#define PARSER_MODULO 1993

static txScript *compile(txMachine *the, txString path, txString text)
{
	txStringCStream stream = { .buffer = text, .size = (txSize)strlen(text) };
	txParser parser;
	txParserJump jump;
	txScript *volatile script = NULL;

	fxInitializeParser(&parser, the, PARSER_BUFFER, PARSER_MODULO);
	parser.firstJump = &jump;
	if (c_setjmp(jump.jmp_buf) == 0) {
		parser.path = fxNewParserSymbol(&parser, path);
		fxParserTree(&parser, &stream, fxStringCGetter, mxProgramFlag, NULL);
		fxParserHoist(&parser);
		fxParserBind(&parser);
		script = fxParserCode(&parser);
	}
	if (parser.errorCount > 0)
		script = NULL;
	fxTerminateParser(&parser);
	return script;
}

/* The root machine's number for each of the script's names; the first stands for none. */
static txID *ids_of(txMachine *the, txScript *script)
{
	txByte *p = (txByte *)script->symbolsBuffer;
	txID count, *ids;

	mxDecodeID(p, count);
	ids = malloc((size_t)count * sizeof *ids);
	if (ids == NULL)
		return NULL;
	ids[0] = XS_NO_ID;
	for (txID i = 1; i < count; i++) {
		ids[i] = fxNewNameC(the, (txString)p);
		p += strlen((char *)p) + 1;
	}
	return ids;
}

/* The kinds of the opcodes that copy code or a string, each three before those that point at it. */
static bool copies(txU1 code)
{
	return (code >= XS_CODE_CODE_1 && code <= XS_CODE_CODE_4) ||
	       (code >= XS_CODE_STRING_1 && code <= XS_CODE_STRING_4);
}

static void settle(txByte *p, const txByte *end, const txID *ids)
{
	while (p < end) {
		txByte *const next = code_after(p);
		txU1 code = *(txU1 *)p;
		txID id;

		if (copies(code))
			*(txU1 *)p = code + (XS_CODE_CODE_ARCHIVE_1 - XS_CODE_CODE_1);
		if (gxCodeSizes[code] == 0) {
			p++;
			mxDecodeID(p, id);
			if (id != XS_NO_ID) {
				id = ids[id];
				p -= sizeof(txID);
				mxEncodeID(p, id);
			}
		}
		p = next;
	}
}

bool bytecode_of(txMachine *the, struct heap *heap, txString path, txScript *script)
{
	txString text = text_of(path);
	uint8_t *memory = malloc(PARSER_BYTES);
	txScript *compiled = NULL;
	struct heap parser;
	txID *ids = NULL;
	txByte *code = NULL;

	if (text != NULL && memory != NULL) {
		heap_open(&parser, memory, PARSER_BYTES);
		heap_choose(&parser);
		compiled = compile(the, path, text);
		heap_choose(heap);
	}
	if (compiled != NULL) {
		ids = ids_of(the, compiled);
		code = heap_take_high((size_t)compiled->codeSize);
	}
	if (ids != NULL && code != NULL) {
		memcpy(code, compiled->codeBuffer, (size_t)compiled->codeSize);
		settle(code, code + compiled->codeSize, ids);
		fuse(code, code + compiled->codeSize);
		memset(script, 0, sizeof *script);
		script->codeBuffer = (txS1 *)code;
		script->codeSize = compiled->codeSize;
	}
	free(ids);
	free(memory);
	free(text);
	return ids != NULL && code != NULL;
}

bool bytecode_has_tagged_template(const txScript *script)
{
	txByte *p = (txByte *)script->codeBuffer;
	const txByte *const end = p + script->codeSize;

	for (; p < end; p = code_after(p))
		if (*(txU1 *)p == XS_CODE_TEMPLATE_CACHE)
			return true;
	return false;
}

// The few lines of the engine that a frozen image needs otherwise: exact text to find, once, and
// what to put in its place. When the engine changes there, fetching it fails and says where.

export interface Patch {
  /** In the engine's `sources`. */
  readonly file: string;
  readonly find: string;
  readonly put: string;
  readonly why: string;
}

export const PATCHES: readonly Patch[] = [
  {
    file: "xsAPI.c",
    find: "\t#ifdef mxLink\n\t\t\tslot = fxLastProperty(the, fxNewObjectInstance(the));",
    put: "\t#if 1\n\t\t\tslot = fxLastProperty(the, fxNewObjectInstance(the));",
    why: "the image's global is a plain object, which machines inherit from",
  },
  {
    file: "xsMemory.c",
    find:
      "#define mxMarkChunk(_THE_DATA) \\\n" +
      "\t((txChunk*)(((txByte*)_THE_DATA) - sizeof(txChunk)))->size |= mxChunkFlag",
    put:
      "#define mxMarkChunk(_THE_DATA) \\\n" +
      "\t((void)(mxIsFrozen(_THE_DATA) || \\\n" +
      "\t(((txChunk*)(((txByte*)_THE_DATA) - sizeof(txChunk)))->size |= mxChunkFlag)))",
    why: "a collection writes no mark into the image",
  },
  {
    file: "xsMemory.c",
    find: "\t\tchunk->size = size;\n\t\tthe->currentChunksSize += capacity;",
    put:
      "#ifdef HEDDLE_IMAGE_MAKER\n" +
      "\t\tc_memset(data + sizeof(txChunk) + offset, 0, capacity - sizeof(txChunk) - offset);\n" +
      "#endif\n" +
      "\t\tchunk->size = size;\n\t\tthe->currentChunksSize += capacity;",
    why: "what an image holds behind a chunk's content is the same each time it is made",
  },
  {
    file: "xsMemory.c",
    find: "\tif ((data = (txByte*)(((txChunk*)(((txByte*)(_THE_DATA)) - sizeof(txChunk)))->temporary)))",
    put:
      "\tif (!mxIsFrozen(_THE_DATA) && \\\n" +
      "\t\t(data = (txByte*)(((txChunk*)(((txByte*)(_THE_DATA)) - sizeof(txChunk)))->temporary)))",
    why: "what lies in the image never moves",
  },
  {
    file: "xsSymbol.c",
    find: "\t\t\treturn the->keyArrayHost[theID];",
    put: "\t\t\treturn mxHostKey(theID);",
    why: "a segment has names of its own behind those of the base image",
  },
  {
    file: "xsSymbol.c",
    find: "\t\t\tkey = the->keyArrayHost[theID];",
    put: "\t\t\tkey = mxHostKey(theID);",
    why: "a segment has names of its own behind those of the base image",
  },
  {
    file: "xsDefaults.c",
    find: "\tfxNewFunctionLength,\n\tfxNewFunctionName,\n",
    put: "\tC_NULL,\n\tC_NULL,\n",
    why: "no function needs its `length` and `name`: two slots each, in flash and in every heap",
  },
];

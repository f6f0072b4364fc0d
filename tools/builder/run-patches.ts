// Patches of the engine's loop over bytecodes: our own opcodes (hal/machine/fused-codes.h), and how
// the loop is metered.

import type { Patch } from "./patches";

const FUSED = "frequent sequences of bytecodes are done at once: hal/machine/fused-codes.h";
const METER =
  "only what can go on for ever is metered, calls and loops: counting each bytecode is a tenth of " +
  "what it costs";

export const RUN_PATCHES: readonly Patch[] = [
  {
    file: "xsCommon.h",
    find: "\tXS_CODE_PROFILE,\n\tXS_CODE_COUNT\n",
    put: "\tXS_CODE_PROFILE,\n\tmxFusedCodes(mxFusedEnum)\n\tXS_CODE_COUNT\n",
    why: FUSED,
  },
  {
    file: "xsCommon.c",
    find: '\t/* XS_CODE_PROFILE */ "profile"\n};',
    put: '\t/* XS_CODE_PROFILE */ "profile",\n\tmxFusedCodes(mxFusedName)\n};',
    why: FUSED,
  },
  {
    file: "xsCommon.c",
    find: "\t3 /* XS_CODE_PROFILE */\n#endif\n};",
    put: "\t3 /* XS_CODE_PROFILE */\n#endif\n\t,\n\tmxFusedCodes(mxFusedSize)\n};",
    why: FUSED,
  },
  {
    file: "xsRun.c",
    find: "\t\t&&XS_CODE_PROFILE,\n\t};",
    put: "\t\t&&XS_CODE_PROFILE,\n\t\tmxFusedCodes(mxFusedLabel)\n\t};",
    why: FUSED,
  },
  {
    file: "xsRun.c",
    find: "\t\tmxCase(XS_NO_CODE)\n\t\t\tmxBreak;\n",
    put: '\t\tmxCase(XS_NO_CODE)\n\t\t\tmxBreak;\n\n#include "run-fused.h"\n',
    why: FUSED,
  },
  {
    file: "xsRun.c",
    find: "\t\tmxCase(XS_CODE_AT)\n\t\t\tmxToInstance(mxStack + 1);\n",
    put:
      "\t\tmxCase(XS_CODE_AT)\n" +
      "\t\t\tif (((mxStack + 1)->kind == XS_REFERENCE_KIND) &&\n" +
      "\t\t\t\t(mxStack->kind == XS_INTEGER_KIND) && (mxStack->value.integer >= 0)) {\n" +
      "\t\t\t\tindex = mxStack->value.integer;\n" +
      "\t\t\t\tmxStack->kind = XS_AT_KIND;\n" +
      "\t\t\t\tmxStack->value.at.id = XS_NO_ID;\n" +
      "\t\t\t\tmxStack->value.at.index = index;\n" +
      "\t\t\t\tprimitive = 0;\n" +
      "\t\t\t\tmxNextCode(1);\n" +
      "\t\t\t\tmxBreak;\n" +
      "\t\t\t}\n" +
      "\t\t\tmxToInstance(mxStack + 1);\n",
    why: "most keys are small whole numbers",
  },
  {
    file: "xsRun.c",
    find: "\t\t#define mxBreak \\\n\t\t\tthe->meterIndex++; \\\n\t\t\tgoto *bytes[byte]\n",
    put: "\t\t#define mxBreak \\\n\t\t\tgoto *bytes[byte]\n",
    why: METER,
  },
  {
    file: "xsRun.c",
    find: "#ifdef mxMetering\n\t\tthe->meterIndex++;\n#endif\n",
    put: "",
    why: METER,
  },
  {
    file: "xsRun.c",
    find: `		if (the->meterInterval && (the->meterIndex > the->meterCount)) { \\
			mxSaveState; \\
			fxCheckMetering(the); \\
			mxRestoreState; \\
		}
	#define mxBranch(INDEX, OFFSET) \\
		if ((OFFSET) < 0) { \\
			mxCheckMeter(); \\
		} \\
`,
    put: `		if ((the->meterIndex > the->meterCount) && the->meterInterval) { \\
			mxSaveState; \\
			fxCheckMetering(the); \\
			mxRestoreState; \\
		}
	/* A bytecode has two bytes, and a function runs two dozen, more or less. */
	#define mxBranch(INDEX, OFFSET) \\
		if ((OFFSET) < 0) { \\
			the->meterIndex -= (OFFSET) >> 1; \\
			mxCheckMeter(); \\
		} \\
`,
    why: METER,
  },
  {
    file: "xsRun.c",
    find: "\t#define mxFirstCode() \\\n\t\tmxCheckMeter(); \\\n",
    put: "\t#define mxFirstCode() \\\n\t\tthe->meterIndex += 24; \\\n\t\tmxCheckMeter(); \\\n",
    why: METER,
  },
];

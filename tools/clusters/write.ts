// `node tools/run.mjs tools/clusters/write.ts`: writes docs/clusters.md anew.

import { join } from "node:path";
import { projectRoot } from "../project-root";
import { writeText } from "../write-file";
import { clusterDocument } from "./document";

writeText(join(projectRoot(), "docs", "clusters.md"), clusterDocument());

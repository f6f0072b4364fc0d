// `heddle storm`: houses in bad weather, one for each seed, and whether each came to rest.

import { Command } from "commander";
import { Hours } from "../../host-sim/storm/storm";
import { wholeNumber } from "../argument";
import { houseFile } from "../read-file";
import { runStorms } from "../storm/run-storms";
import { UsageError } from "../usage-error";
import { writeText } from "../write-file";

interface StormCommandOptions {
  readonly seeds: number;
  readonly from: number;
  readonly house?: string;
  readonly pcap?: string;
  readonly wanPcap?: string;
  readonly keylog?: string;
  readonly json?: true;
}

const SEEDS_MAX = 1_000_000;
const EXIT_FAILED = 1;

export function stormCommand(): Command {
  return new Command("storm")
    .description("Put houses through two hours of faults, and see that each comes to rest.")
    .option("--seeds <n>", "how many storms", wholeNumber("--seeds", 1, SEEDS_MAX), 20)
    .option("--from <n>", "the first seed", wholeNumber("--from", 0, 2 ** 32 - 1), 1)
    .option("--house <file|name>", "the house that they befall (docs/house.md)")
    .option("--pcap <file>", "of one storm: write the 802.15.4 frames of the home")
    .option("--wan-pcap <file>", "of one storm: write the datagrams of the WAN")
    .option("--keylog <file>", "of one storm: write the keys for tshark (secret!)")
    .option("--json", "print one JSON object instead")
    .addHelpText(
      "after",
      `
Each seed draws a subset of all faults of docs/house.md for two simulated hours; then it is calm for
${Hours.CALM_S / 60} minutes. A storm passes when every mains device is served again within
${Hours.MAINS_S / 60} minutes and every sleeper within two of its wakes, when nothing that was
acknowledged is lost, and when no checker found anything. With one seed the faults are listed.

Examples:
  heddle storm                              20 storms
  heddle storm --seeds 200 --from 1000      another 200
  heddle storm --seeds 1 --from 17          one again, with its faults
  heddle storm --seeds 1 --from 17 --pcap han.pcap --keylog keys
  heddle storm --house house.json --json

Exit codes: 0 all passed, 1 one failed, 2 a bad argument, file or value.`,
    )
    .action(storm);
}

async function storm(options: StormCommandOptions): Promise<void> {
  const { seeds, from, house, pcap, wanPcap, keylog } = options;
  const paths = [pcap, wanPcap, keylog].filter((path) => path !== undefined);
  if (paths.length > 0 && seeds !== 1) {
    throw new UsageError("--pcap, --wan-pcap and --keylog are for one storm: give --seeds 1");
  }
  if (new Set(paths).size < paths.length) {
    throw new UsageError("two options name one file; use two files");
  }
  const base = houseFile(house);
  for (const path of paths) writeText(path, "");
  const failed = await runStorms({
    seeds,
    from,
    base,
    house,
    files: { ...(pcap && { pcap }), ...(wanPcap && { wanPcap }), ...(keylog && { keylog }) },
    json: options.json === true,
  });
  if (failed > 0) process.exitCode = EXIT_FAILED;
}

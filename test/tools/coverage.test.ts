// `heddle coverage`: what the installer sees.

import { afterAll, describe, expect, test } from "vitest";
import { DEFAULT_HOUSE } from "../../host-sim/house/house-config";
import { Desk } from "./heddle";

const desk = new Desk();
afterAll(() => desk.clear());
const options = { timeout: 120_000 };
const coverage = (text = "") => desk.run(["coverage", ...text.split(" ").filter(Boolean)]);

describe("heddle coverage", () => {
  test("has examples in its help", options, async () => {
    const { code, out } = await coverage("--help");
    expect(code).toBe(0);
    expect(out).toContain("\nExamples:\n  heddle coverage");
  });

  test("passes a house in which the hub hears every device well", options, async () => {
    const { code, out, err } = await coverage();
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(/^pass {2}electricity-meter +70b3d52b60000001 +-\d+ dBm +/m);
    expect(out.endsWith("3 pass, 0 fail\n")).toBe(true);
  });

  test(
    "fails a device that is far away and one that is out of reach, with advice",
    options,
    async () => {
      const [meter, gas, display] = DEFAULT_HOUSE.devices;
      const far = { ...display!, place: { x: 90, y: 0 } };
      const away = { ...gas!, place: { x: 900, y: 0 } };
      desk.file("far.json", JSON.stringify({ devices: [meter, away, far] }));
      const { code, out } = await coverage("--house far.json --json");
      expect(code).toBe(1);
      const { passed, devices } = JSON.parse(out);
      expect(passed).toBe(false);
      expect(devices.map((one: { passed: boolean }) => one.passed)).toEqual([true, false, false]);
      expect(devices[1].advice).toMatch(/^not in the network: .*add a repeater/);
      expect(devices[2].advice).toMatch(/move|repeater/);
    },
  );

  test("refuses a bad argument in one line", options, async () => {
    const { code, out, err } = await coverage("--minutes 0");
    expect([code, out]).toEqual([2, ""]);
    expect(err).toMatch(/^heddle: --minutes must be a whole number[^\n]+\n$/);
  });
});

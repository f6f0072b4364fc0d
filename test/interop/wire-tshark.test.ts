// Wireshark reads one frame of every kind that the HAN's codecs write: all layers, decrypted.

import { describe, expect, it } from "vitest";
import { toHex } from "../hex";
import { apsSamples, LINK_KEY, METER_EUI64, NETWORK_KEY } from "../wire/sample-frames";
import { macSamples, nwkSamples } from "../wire/sample-mac-nwk";
import { zclSamples, zdoNetworkSamples, zdoSamples } from "../wire/sample-zdo-zcl";
import { hasTshark, LinkType, pcap, tsharkFields, zigbeeKeyOption } from "./tshark";

const FIELDS = [
  "_ws.malformed",
  "_ws.expert.message",
  "frame.protocols",
  "wpan.frame_type",
  "wpan.cmd",
  "wpan.assoc.status",
  "zbee_beacon.update_id",
  "zbee_nwk.cmd.id",
  "zbee_aps.cmd.id",
  "zbee_aps.cmd.key",
  "zbee_aps.cmd.dst",
  "zbee_aps.type",
  "zbee_aps.cluster",
  "zbee_aps.zdp_cluster",
  "zbee_aps.block",
  "zbee_zcl.cmd.id",
  "zbee_zcl.cmd.tsn",
  "zbee_zcl_se.met.cmd.srv_rx.id",
  "zbee_zcl_se.met.cmd.srv_tx.id",
  "zbee_zcl_se.tun.cmd.srv_rx.id",
  "zbee_zcl_se.tun.cmd.srv_tx.id",
  "zbee_zcl_se.met.attr_id",
  "zbee_zcl.attr.uint48",
  "zbee_zcl.attr.int24",
  "zbee_zcl_se.met.get_profile_response.intervals",
  "zbee_zcl_se.met.request_mirror_rsp.endpoint_id",
  "zbee_zcl_se.tun.tunnel_id",
  "zbee_zcl_se.tun.protocol_id",
  "zbee_zcl_se.tun.max_in_transfer_size",
  "data.data",
] as const;

type Field = (typeof FIELDS)[number];
type Row = Readonly<Record<string, string>>;

describe.skipIf(!hasTshark())("what the HAN's codecs write, read by Wireshark", () => {
  const samples = [
    ...macSamples(),
    ...nwkSamples(),
    ...apsSamples(),
    ...zdoSamples(),
    ...zdoNetworkSamples(),
    ...zclSamples(),
  ];
  const rows = tsharkFields(
    pcap(
      LinkType.IEEE802154_NO_FCS,
      samples.map((sample) => sample.bytes),
    ),
    [zigbeeKeyOption(NETWORK_KEY, "network"), zigbeeKeyOption(LINK_KEY, "link")],
    FIELDS,
  );
  const row = (name: string): Row => {
    const index = samples.findIndex((sample) => sample.name === name);
    expect(index, name).toBeGreaterThanOrEqual(0);
    return rows[index]!;
  };

  it("has a row for every frame, none malformed and none with a complaint", () => {
    expect(rows.length).toBe(samples.length);
    samples.forEach((sample, i) => {
      expect(rows[i]!["_ws.malformed"], sample.name).toBe("");
      expect(rows[i]!["_ws.expert.message"], sample.name).toBe("");
    });
  });

  it("finds nothing encrypted that the keys do not open, and no unexplained bytes", () => {
    samples.forEach((sample, i) => {
      // A fragment's and a tunnel's bytes are data by intent.
      if (/fragment|TransferData (up|down)/.test(sample.name)) return;
      expect(rows[i]!["data.data"], sample.name).toBe("");
    });
  });

  it.each<[string, Field, string]>([
    ["MAC association request", "wpan.cmd", "0x01"],
    ["MAC association response", "wpan.cmd", "0x02"],
    ["MAC association refusal", "wpan.assoc.status", "0x02"],
    ["MAC disassociation", "wpan.cmd", "0x03"],
    ["MAC data request", "wpan.cmd", "0x04"],
    ["MAC data request extended", "wpan.cmd", "0x04"],
    ["MAC orphan", "wpan.cmd", "0x06"],
    ["MAC beacon request", "wpan.cmd", "0x07"],
    ["MAC realignment", "wpan.cmd", "0x08"],
    ["MAC beacon", "zbee_beacon.update_id", "5"],
    ["NWK many-to-one route request", "zbee_nwk.cmd.id", "0x01"],
    ["NWK route reply", "zbee_nwk.cmd.id", "0x02"],
    ["NWK network status", "zbee_nwk.cmd.id", "0x03"],
    ["NWK leave", "zbee_nwk.cmd.id", "0x04"],
    ["NWK rejoin request", "zbee_nwk.cmd.id", "0x06"],
    ["NWK rejoin response", "zbee_nwk.cmd.id", "0x07"],
    ["NWK link status", "zbee_nwk.cmd.id", "0x08"],
    ["NWK network update", "zbee_nwk.cmd.id", "0x0a"],
    ["NWK end device timeout request", "zbee_nwk.cmd.id", "0x0b"],
    ["NWK end device timeout response", "zbee_nwk.cmd.id", "0x0c"],
    ["APS transport network key", "zbee_aps.cmd.id", "0x05"],
    ["APS transport link key", "zbee_aps.cmd.id", "0x05"],
    ["APS update device", "zbee_aps.cmd.id", "0x06"],
    ["APS remove device", "zbee_aps.cmd.id", "0x07"],
    ["APS request key", "zbee_aps.cmd.id", "0x08"],
    ["APS switch key", "zbee_aps.cmd.id", "0x09"],
    ["APS verify key", "zbee_aps.cmd.id", "0x0f"],
    ["APS confirm key", "zbee_aps.cmd.id", "0x10"],
    ["APS acknowledgement", "zbee_aps.type", "0x02"],
    ["APS acknowledgement of fragments", "zbee_aps.type", "0x02"],
    ["APS later fragment", "zbee_aps.block", "2"],
    ["ZDO Simple_Desc_rsp", "zbee_aps.zdp_cluster", "0x8004"],
    ["ZDO Device_annce", "zbee_aps.zdp_cluster", "0x0013"],
    ["ZDO Mgmt_Permit_Joining_req", "zbee_aps.zdp_cluster", "0x0036"],
    ["ZCL read", "zbee_zcl.cmd.id", "0x00"],
    ["ZCL report", "zbee_zcl.cmd.id", "0x0a"],
    ["ZCL default response", "zbee_zcl.cmd.id", "0x0b"],
    ["ZCL GetProfile", "zbee_zcl_se.met.cmd.srv_rx.id", "0x00"],
    ["ZCL GetProfileResponse", "zbee_zcl_se.met.cmd.srv_tx.id", "0x00"],
    [
      "ZCL GetProfileResponse",
      "zbee_zcl_se.met.get_profile_response.intervals",
      "111,222,16777214",
    ],
    ["ZCL RequestMirror", "zbee_zcl_se.met.cmd.srv_tx.id", "0x01"],
    ["ZCL RequestMirrorResponse", "zbee_zcl_se.met.request_mirror_rsp.endpoint_id", "10"],
    ["ZCL RequestTunnel", "zbee_zcl_se.tun.cmd.srv_rx.id", "0x00"],
    ["ZCL RequestTunnel", "zbee_zcl_se.tun.protocol_id", "0x06"],
    ["ZCL RequestTunnel", "zbee_zcl_se.tun.max_in_transfer_size", "0x1001"],
    ["ZCL RequestTunnelResponse", "zbee_zcl_se.tun.tunnel_id", "0x0007"],
    ["ZCL TransferData up", "zbee_zcl_se.tun.cmd.srv_rx.id", "0x02"],
    ["ZCL TransferData down", "zbee_zcl_se.tun.cmd.srv_tx.id", "0x01"],
    ["ZCL TunnelClosureNotification", "zbee_zcl_se.tun.cmd.srv_tx.id", "0x06"],
  ])("reads %s: %s = %s", (name, field, value) => {
    expect(row(name)[field]).toBe(value);
  });

  it("learns the network key from the Transport-Key under the install code's key", () => {
    expect(row("APS transport network key")["zbee_aps.cmd.key"]!.replaceAll(":", "")).toBe(
      toHex(NETWORK_KEY),
    );
    const destination = row("APS transport network key")["zbee_aps.cmd.dst"]!.replaceAll(":", "");
    expect(destination).toBe(toHex(METER_EUI64.slice().reverse()));
  });

  it("reads the values of a report", () => {
    const report = row("ZCL report");
    expect(report["zbee_zcl_se.met.attr_id"]).toBe("0x0000,0x0400,0x0007");
    expect(report["zbee_zcl.attr.uint48"]).toBe("48123456");
    expect(report["zbee_zcl.attr.int24"]).toBe("-1500");
  });
});

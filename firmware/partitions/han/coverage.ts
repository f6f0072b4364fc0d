// How well each node is heard, for the installer: pages of `Book.COVERAGE`. In clear, since there
// is no secret in it; a page is made when it is asked for.

import { putPageString } from "../../crypto/sealed-page";
import { Message, Operation } from "../../ipc/operation";
import { Book, Link, LinkFlag, Page, PageAsk, PageSize } from "../../ipc/page";
import type { Port } from "../../kernel/partition";
import { copyBytes, readU16, writeU16 } from "../../wire/little-endian";
import { NodeLimit, type Nodes } from "./nodes";
import type { Routes } from "./routes";

const enum Age {
  NEVER = 0xffff,
}

export class Coverage {
  constructor(
    private readonly nodes: Nodes,
    private readonly routes: Routes,
    private readonly firewall: Port,
    /** Scratch of at least `Page.LENGTH` bytes. */
    private readonly page: Uint8Array,
  ) {}

  /** `PAGE_ASK`. Without room for the answer whoever asked will ask again. */
  asked(now: number, message: Uint8Array): void {
    const { page } = this;
    const number = readU16(message, PageAsk.NUMBER);
    if (number >= PageSize.COVERAGE) return;
    page.fill(0, 0, Page.LENGTH);
    page[Message.OPERATION] = Operation.PAGE;
    page[Page.BOOK] = Book.COVERAGE;
    copyBytes(message, PageAsk.REFERENCE, page, Page.REFERENCE, 2);
    putPageString(page, Page.DATA);
    let skipped = 0;
    let at = Page.DATA + PageSize.HEAD;
    const end = at + Link.A_PAGE * Link.LENGTH;
    for (let node = 0; node < NodeLimit.MAX && at < end; node++) {
      if (!this.nodes.isNetworked(node)) continue;
      if (skipped++ < number * Link.A_PAGE) continue;
      this.putLink(now, node, at);
      at += Link.LENGTH;
    }
    this.firewall.send(page, Page.LENGTH);
  }

  private putLink(now: number, node: number, at: number): void {
    const { nodes, routes, page } = this;
    nodes.copyEui64(node, page, at + Link.EUI64);
    page[at + Link.KIND] = nodes.kind(node);
    const signal = nodes.signal(node);
    const sleeps = nodes.sleeps(node) ? LinkFlag.SLEEPS : 0;
    page[at + Link.FLAGS] = sleeps | (signal === 0 ? 0 : LinkFlag.IS_MEASURED);
    page[at + Link.RSSI] = signal - 128;
    page[at + Link.COST_THERE] = routes.isNeighbour(node) ? routes.outgoing(node) : 0;
    const hop = routes.hop(node);
    page[at + Link.RELAYS] = hop === node ? 0 : Math.max(1, routes.relays(node));
    writeU16(page, at + Link.HOP, hop === NodeLimit.NONE ? Age.NEVER : nodes.short(hop));
    const parent = routes.lastRelay(node);
    writeU16(page, at + Link.PARENT, parent === NodeLimit.NONE ? Age.NEVER : nodes.short(parent));
    const age = (now - nodes.lastHeard(node)) / 1000;
    writeU16(page, at + Link.AGE, age < Age.NEVER ? Math.floor(age) : Age.NEVER);
    writeU16(page, at + Link.SHORT, nodes.short(node));
  }
}

// What passed the firewall and what it refused, as the kernel's observer sees it.

import { AuditCode, AuditEvent } from "../../firmware/ipc/audit";
import { Operation } from "../../firmware/ipc/operation";
import { Party } from "../../firmware/ipc/party";
import type { Hub } from "../hub/hub";

export class FirewallObserver {
  passed = 0;
  refused = 0;

  constructor(hub: Hub) {
    hub.observe({
      message: (_time, from, to, bytes) => {
        if (from !== Party.FIREWALL) return;
        if (to === Party.AUDIT) {
          if (bytes[AuditEvent.CODE] !== AuditCode.FIREWALL_REFUSED) return;
          // The line itself, and the refusals that its quota left without one.
          this.refused += 1 + bytes[AuditEvent.DETAIL + 3]!;
        } else if (bytes[0] !== Operation.GRANT_CHECK) this.passed++;
      },
    });
  }
}

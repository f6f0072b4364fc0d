// Blocks of one body, put together in order.
// @source RFC 7959 sections 2.5 and 2.9

import {
  type Block,
  blockOf,
  blockOption,
  type CoapBody,
  numberOf,
  OPTION,
  optionOf,
} from "./coap";

/** The longest body that is put together: a message for a device, or from one. */
const BODY_MAX = 4_096;
const NOTHING = Buffer.alloc(0);

/** Either the whole body, or what to answer to this block. */
export type Assembled =
  | { readonly whole: CoapBody; readonly block: Block | undefined }
  | { readonly reply: CoapBody };

export class BlockAssembly {
  private parts: Buffer[] = [];
  private length = 0;
  /** Of the body under way; undefined: there is none. */
  private resource: string | undefined;

  add(request: CoapBody): Assembled {
    if (optionOf(request, OPTION.block1) === undefined) {
      if (request.payload.length > BODY_MAX) return { reply: this.refuse("4.13") };
      return { whole: request, block: undefined };
    }
    const block = blockOf(request, OPTION.block1);
    const { payload } = request;
    if (block === undefined) return { reply: this.refuse("4.02") };
    const isFull = payload.length === block.size;
    if (block.more ? !isFull : payload.length > block.size) return { reply: this.refuse("4.00") };
    const resource = resourceOf(request);
    if (block.number === 0) this.open(resource);
    if (this.resource !== resource || this.length !== block.number * block.size) {
      return { reply: this.refuse("4.08") };
    }
    if (Math.max(this.length + payload.length, announced(request)) > BODY_MAX) {
      return { reply: this.refuse("4.13") };
    }
    this.parts.push(payload);
    this.length += payload.length;
    const echoed = blockOption(OPTION.block1, block);
    if (block.more) return { reply: { code: "2.31", options: [echoed], payload: NOTHING } };
    const whole = { ...request, payload: Buffer.concat(this.parts) };
    this.close();
    return { whole, block };
  }

  private open(resource: string): void {
    this.close();
    this.resource = resource;
  }

  private refuse(code: string): CoapBody {
    this.close();
    return { code, options: [], payload: NOTHING };
  }

  private close(): void {
    this.parts = [];
    this.length = 0;
    this.resource = undefined;
  }
}

/** Blocks belong together when method, path and query are the same. */
function resourceOf({ code, options }: CoapBody): string {
  const names: readonly string[] = [OPTION.path, OPTION.query];
  const parts = options.filter(({ name }) => names.includes(name));
  return JSON.stringify([code, ...parts.map(({ name, value }) => [name, value.toString("hex")])]);
}

/** Size1: the length of the whole body; 0 when it is not told. */
function announced(request: CoapBody): number {
  const size = optionOf(request, OPTION.size1);
  return size === undefined ? 0 : numberOf(size);
}

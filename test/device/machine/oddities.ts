// Everyday code on values that it seldom meets: what the engine does at once for the common ones
// (hal/machine/run-fused.h) must come out as ever for all others. Any engine gives the same text.

// biome-ignore lint/suspicious/noExplicitAny: values of the wrong type are the point
type Any = any;

const VALUES: readonly Any[] = [
  ...[0, 1, -1, 2, 5, 7, 127, -128, 1.5, -0, Number.NaN, Infinity, 2147483647, -2147483648],
  ...["", "0", "2", "length", undefined, null, true, false],
];

class Base {
  inherited = 3;
  get computed(): Any {
    return this.inherited + 1;
  }
  method(a: Any, b: Any): Any {
    return `${this === undefined}${a}${b}`;
  }
}

class Derived extends Base {
  own = 4;
  override method(a: Any): Any {
    return this.computed + a;
  }
  read(): Any {
    return [this.own, this.inherited, this.computed, (this as Any).absent, this.method(1)];
  }
}

class Odd {
  constructor(result: Any) {
    // biome-ignore lint/correctness/noConstructorReturn: what a constructor gives instead
    return result;
  }
}

function objects(): Any[] {
  const bytes = new Uint8Array([9, 8, 7, 6, 5, 4, 3, 2]);
  return [
    ...[bytes, bytes.subarray(3), bytes.subarray(8), new Uint8ClampedArray([300, 1])],
    ...[
      new Uint16Array([513, 514, 515]),
      new Float64Array([0.5]),
      Object.assign([1, "b"], { 3: 4 }),
      "text",
      12,
    ],
    ...[{ 0: "zero", 5: "five", NaN: "none" }, new Derived(), undefined, null, true],
  ];
}

function element(a: Any, b: Any): Any {
  return a[b];
}
function elementBehind(a: Any, b: Any): Any {
  return a[b + 2];
}
function elementOfSum(a: Any, b: Any, c: Any): Any {
  return a[b + c];
}
function elementOfAnother(a: Any, b: Any): Any {
  return a[(b ^ 1) + 1];
}
function elementOfResult(a: Any, b: Any): Any {
  return a[b & 3];
}
function sum(a: Any): Any {
  return a + 100;
}
function put(a: Any, b: Any, c: Any): Any {
  a[b] = c;
  return a[b];
}

function compared(a: Any): string {
  let out = "";
  if (a < 5) out += "<";
  if (a <= 5) out += "l";
  if (a > 5) out += ">";
  if (a >= 5) out += "g";
  if (a === 5) out += "=";
  if (a !== 5) out += "!";
  if (a < 1 || a > 6) out += "o";
  return out;
}

function comparedResult(a: Any): string {
  let out = "";
  if ((a & 7) < 5) out += "<";
  if ((a & 7) <= 5) out += "l";
  if (-a > 5) out += ">";
  if (-a >= -5) out += "g";
  if (-a === -5) out += "=";
  if (-a !== -5) out += "!";
  return out;
}

function parameters(a: Any, b: Any, c = 7, ...rest: Any[]): Any {
  const kept = () => a;
  return [a, b, c, rest.length, kept()];
}

/** `late` has no value yet when it is asked for. */
function early(which: Any): Any {
  switch (which) {
    case 0: {
      return 0;
    }
    default: {
      const ask = (): Any => [late, 1];
      const result = ask();
      const late = 2;
      return [result, late];
    }
  }
}

function looped(): Any {
  let all = 0;
  for (let i = 0; i < 5; i++) {
    for (let j = 5; j >= 1; j--) all += i * j;
    if (all === 30) continue;
    all++;
  }
  return all;
}

function unbound(): Any {
  const { read } = new Derived();
  return read();
}

function ofNothing(): Any {
  return undefinedOne().method(1, 2);
}
function undefinedOne(): Any {
  return undefined;
}

const CALLS: readonly ((a: Any, b: Any) => Any)[] = [
  element,
  elementBehind,
  (a, b) => elementOfSum(a, b, 1),
  (a, b) => elementOfSum(a, 1, b),
  elementOfAnother,
  elementOfResult,
  (a, b) => put(a, b, 260),
  (a, b) => put(a, b, "3"),
];

const ONCE: readonly (() => Any)[] = [
  ...[() => early(1), looped, unbound, ofNothing],
  () => (parameters as Any)(),
  () => (parameters as Any)(1),
  () => parameters(1, 2, undefined),
  () => parameters(1, 2, 3, 4, 5),
  () => new Derived().read(),
  () => Object.assign(new Derived(), { method: 5 }).read(),
  () => Object.create(new Derived(), { own: { get: () => "got" } }).read(),
  () => new Proxy(new Derived(), { get: (_, name) => String(name) }).own,
  () => (new Odd({ given: 1 }) as Any) instanceof Odd,
  () => (new Odd(1) as Any) instanceof Odd,
  () => new (sum as Any)(1),
  () => Reflect.construct(parameters, [1, 2]),
];

class Digest {
  value = 1;

  add(made: () => Any): void {
    let text: string;
    try {
      text = JSON.stringify(made()) ?? "nothing";
    } catch (error) {
      text = error instanceof TypeError ? "type" : `${error instanceof ReferenceError}`;
    }
    for (let i = 0; i < text.length; i++) {
      this.value = (Math.imul(this.value, 31) + text.charCodeAt(i)) | 0;
    }
  }
}

/** Sixteen hexadecimal digits at most. */
export function oddities(): string {
  const digest = new Digest();
  for (const call of CALLS) {
    for (let i = 0; i < objects().length; i++) {
      for (const value of VALUES) digest.add(() => call(objects()[i], value));
    }
  }
  for (const value of VALUES) {
    digest.add(() => sum(value));
    digest.add(() => [compared(value), comparedResult(value)]);
  }
  for (const call of ONCE) digest.add(call);
  return (digest.value >>> 0).toString(16);
}

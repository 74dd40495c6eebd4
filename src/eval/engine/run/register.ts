/**
 * Numbers and names in and out of registers, as a little-endian machine has them.
 *
 * Mirrors nft_reg_store8 and its kin; a register that is not filled is cleared.
 */

export function store8(regs: Uint8Array, at: number, value: number): true {
  regs[at] = value;
  regs[at + 1] = regs[at + 2] = regs[at + 3] = 0;
  return true;
}

export function store16(regs: Uint8Array, at: number, value: number): true {
  regs[at] = value;
  regs[at + 1] = value >>> 8;
  regs[at + 2] = regs[at + 3] = 0;
  return true;
}

/** A number in network order. */
export function storeBe16(regs: Uint8Array, at: number, value: number): true {
  regs[at] = value >>> 8;
  regs[at + 1] = value;
  regs[at + 2] = regs[at + 3] = 0;
  return true;
}

export function store32(regs: Uint8Array, at: number, value: number): true {
  regs[at] = value;
  regs[at + 1] = value >>> 8;
  regs[at + 2] = value >>> 16;
  regs[at + 3] = value >>> 24;
  return true;
}

export function storeBe32(regs: Uint8Array, at: number, value: number): true {
  regs[at] = value >>> 24;
  regs[at + 1] = value >>> 16;
  regs[at + 2] = value >>> 8;
  regs[at + 3] = value;
  return true;
}

/** A non-negative number below 2^53. */
export function store64(regs: Uint8Array, at: number, value: number): true {
  store32(regs, at, value % 0x1_0000_0000);
  return store32(regs, at + 4, Math.floor(value / 0x1_0000_0000));
}

/** A text in `len` bytes, filled up with zeros. */
export function storeText(regs: Uint8Array, at: number, text: string, len: number): true {
  for (let i = 0; i < len; i++) regs[at + i] = i < text.length ? text.charCodeAt(i) : 0;
  return true;
}

export const load16 = (regs: Uint8Array, at: number): number => regs[at]! | (regs[at + 1]! << 8);

export const loadBe16 = (regs: Uint8Array, at: number): number => (regs[at]! << 8) | regs[at + 1]!;

/** As int32. */
export const load32 = (regs: Uint8Array, at: number): number =>
  regs[at]! | (regs[at + 1]! << 8) | (regs[at + 2]! << 16) | (regs[at + 3]! << 24);

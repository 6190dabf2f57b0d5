/**
 * Large memory with a known end. A buffer that is merely dropped stays until the garbage
 * collector comes by, and for memory outside of its heap it comes late: on V8 after 64 MB.
 *
 * @module
 */

/** Smaller memory may be shared by many buffers. */
const ALWAYS_OWN = 64 * 1024;

/** Free the memory of `bytes` if it is large and theirs alone. Nobody may look at it afterwards. */
export function free(bytes: Uint8Array): void {
  const { buffer, byteLength } = bytes;
  if (byteLength < ALWAYS_OWN || byteLength !== buffer.byteLength) return;
  if (buffer instanceof ArrayBuffer) buffer.transfer(0);
}

/** Buffers of one size, used again and again. */
export class Buffers {
  readonly #size: number;
  readonly #free: Buffer<ArrayBuffer>[] = [];

  /** `size` in bytes. */
  constructor(size: number) {
    this.#size = size;
  }

  /** A buffer that holds whatever was there before. */
  take(): Buffer<ArrayBuffer> {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(this.#size);
  }

  /** Give a taken buffer back, or a part of one. Nobody may look at it afterwards. */
  release(buffer: Buffer<ArrayBuffer>): void {
    this.#free.push(Buffer.from(buffer.buffer));
  }
}

/** Pieces that one stream allocates, to be freed together once nobody looks at them. */
export class Pieces {
  readonly #size: number;
  readonly #memory: Set<ArrayBuffer> = new Set();

  /** `size`: what the stream allocates at a time. Smaller memory is shared, and left alone. */
  constructor(size: number) {
    this.#size = size;
  }

  /** Note a piece. */
  add(piece: Uint8Array): void {
    const { buffer } = piece;
    if (buffer instanceof ArrayBuffer && buffer.byteLength === this.#size) this.#memory.add(buffer);
  }

  /** Free all of them. */
  free(): void {
    for (const memory of this.#memory) memory.transfer(0);
    this.#memory.clear();
  }
}

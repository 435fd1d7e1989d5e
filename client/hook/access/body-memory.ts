/** Memory for incoming bodies: one piece, allocated once and reused. Refused bodies leave nothing to the garbage collector, however many come. */

/** Most alerts fit into one or two blocks. A thousand connections with a small body each fit into the room of one of the largest bodies. */
const blockBytes = 8 * 1024;

/** The bytes of one body that have arrived so far. */
export interface BodyRoom {
  /** Reserves what this body needs in all (`bytes`); false when there is not so much left. */
  widen: (bytes: number) => boolean;
  /** False when there is no room for it. */
  append: (chunk: Uint8Array) => boolean;
  /** Views in order. They are valid until `release`, after which the memory is used for another body. */
  parts: () => readonly Uint8Array[];
  /** Gives everything back, once. */
  release: () => void;
}

export interface BodyMemory {
  open: () => BodyRoom;
  /** Counts bytes that are kept elsewhere; null when there is not so much left. The returned function gives them back, once. */
  reserve: (bytes: number) => (() => void) | null;
}

interface Blocks {
  takeBytes: (bytes: number) => boolean;
  giveBytes: (bytes: number) => void;
  take: () => number | null;
  give: (blocks: readonly number[]) => void;
  view: (block: number, from: number, to: number) => Buffer;
}

/** Blocks and counted bytes share one budget, so a block is free whenever the budget allows one. */
function createBlocks(count: number): Blocks {
  let leftBytes = count * blockBytes;
  let whole: Buffer | null = null;
  // The block that was returned last is reused first, so memory that was never needed is never touched.
  const free = Array.from({ length: count }, (_, index) => count - 1 - index);
  const takeBytes = (bytes: number): boolean => {
    if (bytes > leftBytes) return false;
    leftBytes -= bytes;
    return true;
  };
  const giveBytes = (bytes: number): void => {
    leftBytes += bytes;
  };
  return {
    takeBytes,
    giveBytes,
    take: () => (takeBytes(blockBytes) ? (free.pop() ?? null) : null),
    give: (blocks) => {
      giveBytes(blocks.length * blockBytes);
      free.push(...blocks.toReversed());
    },
    view: (block, from, to) =>
      (whole ??= Buffer.allocUnsafeSlow(count * blockBytes)).subarray(block * blockBytes + from, block * blockBytes + to),
  };
}

function openRoom(memory: Blocks): BodyRoom {
  const blocks: number[] = [];
  let sizeBytes = 0;
  const widen = (bytes: number): boolean => {
    while (blocks.length * blockBytes < bytes) {
      const block = memory.take();
      if (block === null) return false;
      blocks.push(block);
    }
    return true;
  };
  return {
    widen,
    append: (chunk) => {
      if (!widen(sizeBytes + chunk.length)) return false;
      for (let done = 0; done < chunk.length;) {
        const from = sizeBytes % blockBytes;
        const part = chunk.subarray(done, done + blockBytes - from);
        memory.view(blocks[Math.floor(sizeBytes / blockBytes)] ?? 0, from, from + part.length).set(part);
        sizeBytes += part.length;
        done += part.length;
      }
      return true;
    },
    parts: () =>
      blocks
        .slice(0, Math.ceil(sizeBytes / blockBytes))
        .map((block, index) => memory.view(block, 0, Math.min(blockBytes, sizeBytes - index * blockBytes))),
    release: () => {
      memory.give(blocks.splice(0));
      sizeBytes = 0;
    },
  };
}

/** Never holds more than `budgetBytes`, whatever is asked of it. */
export function createBodyMemory(budgetBytes: number): BodyMemory {
  const memory = createBlocks(Math.floor(budgetBytes / blockBytes));
  return {
    open: () => openRoom(memory),
    reserve: (bytes) => {
      if (!memory.takeBytes(bytes)) return null;
      let isHeld = true;
      return () => {
        if (isHeld) memory.giveBytes(bytes);
        isHeld = false;
      };
    },
  };
}

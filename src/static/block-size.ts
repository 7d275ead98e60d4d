/** How much of a file is read and sent at a time: what a client takes at once, within bounds. */

/** Bytes of the first block, and of all for a client that takes its time: the memory that each of those holds. */
export const smallestBlock = 64 * 1024

/** Bytes of a block for a client that takes as much as it gets: more of them would make nothing faster. */
const largestBlock = 1024 * 1024

/** Milliseconds in which a client takes a block that could have been larger, or had better been smaller. */
const quick = 20
const slow = 200

/**
 * The size of the next block.
 *
 * @param size of the last one
 * @param milliseconds until the client had taken it
 *
 * @example
 * nextBlockSize(64 * 1024, 1) // 128 * 1024
 */
export function nextBlockSize(size: number, milliseconds: number): number {
  if (milliseconds < quick) return Math.min(size * 2, largestBlock)
  return milliseconds > slow ? Math.max(size / 2, smallestBlock) : size
}

import { timingSafeEqual } from 'node:crypto'

/** Compares in a time that tells nothing but the lengths. */
export function isSameText(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one, 'latin1'), Buffer.from(other, 'latin1')]
  return left.length === right.length && timingSafeEqual(left, right)
}

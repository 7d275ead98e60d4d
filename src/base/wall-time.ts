/**
 * Time of day with microseconds: the steady clock counts them, and the clock of the machine says when it was set to
 * another time, or when the machine has slept.
 */

/** Milliseconds by which the two may differ: one of them knows only whole ones. More is a jump. */
const mostDrift = 2

/**
 * Seconds since the epoch, at each call.
 *
 * @param steady milliseconds since an arbitrary moment, never going back
 * @param wall milliseconds since the epoch, whole ones
 * @param origin what `wall` was when `steady` was 0, as exactly as is known
 */
export function wallTime(
  steady: () => number = () => performance.now(),
  wall: () => number = () => Date.now(),
  origin: number = performance.timeOrigin,
): () => number {
  let start = origin
  return () => {
    const now = steady()
    const told = wall()
    if (Math.abs(told - start - now) > mostDrift) start = told - now
    return (start + now) / 1000
  }
}

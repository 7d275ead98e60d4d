/**
 * Time of day with microseconds: the steady clock counts them, and the clock of the machine says when it was set to
 * another time, or when the machine has slept.
 */

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
    // It knows whole ones only, and is right about these: other programs, which have what we say beside their own
    // time, must not find it to be in the future. What is corrected is a jump, or as little as the clock is slewed.
    const ahead = start + now - told
    if (ahead > 1) start -= ahead - 1
    else if (ahead < 0) start -= ahead
    return (start + now) / 1000
  }
}

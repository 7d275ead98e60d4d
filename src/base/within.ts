/** Waiting with an end. */
import { systemClock } from './clock.js'

/** Waits for the promise, but no longer than so many milliseconds. */
export async function within(promise: Promise<void>, milliseconds: number): Promise<void> {
  if (milliseconds === Number.POSITIVE_INFINITY) return promise
  let cancel = () => {}
  const timeout = new Promise<void>(resolve => {
    cancel = systemClock.after(milliseconds, resolve)
  })
  await Promise.race([promise, timeout])
  cancel()
}

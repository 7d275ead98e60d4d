/** The short form of `npm run chaos`: seconds for each fault, and no figures that depend on the machine. */
import { describe, expect, test } from 'vitest'
import { lineOf } from './report.mjs'
import type { Trial } from './trials.mjs'

/** Milliseconds for one fault on a machine that is busy with other things. */
const longest = 60_000

export function tryAll(title: string, trials: readonly Trial[]): void {
  describe.runIf(process.platform === 'linux')(title, () => {
    for (const { name, needs, run } of trials) {
      const whole = needs === null ? name : `${name} (there is no ${needs})`
      test.skipIf(needs !== null)(
        whole,
        async () => {
          const row = await run({ long: false })
          expect([...row.lost, ...row.wrong], lineOf(row)).toEqual([])
        },
        longest,
      )
    }
  })
}

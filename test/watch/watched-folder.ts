/** A watcher over a folder of its own, and what it told. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { systemClock } from '../../src/base/clock.js'
import type { PollingCause } from '../../src/logging/events.js'
import { ReloadRules } from '../../src/watch/reload-rules.js'
import { SourceWatcher, type WatchMeans } from '../../src/watch/watcher.js'

/** The globs of a watcher, and what it is given in place of the real thing. */
export interface Given extends Partial<WatchMeans> {
  readonly include?: readonly string[]
  readonly exclude?: readonly string[]
  /** Files that are there from the start, by name. */
  readonly files?: Record<string, string>
}

export function watchFolder({ include = [], exclude = [], files = {}, ...means }: Given = {}) {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'modwsgi-test-')))
  const told: string[] = []
  const causes: PollingCause[] = []
  const waiting = new Set<() => void>()
  const wakeAll = () => {
    for (const wake of [...waiting]) wake()
  }
  const tell = (fact: string) => {
    told.push(fact)
    wakeAll()
  }
  const path = (name: string) => join(folder, name)
  const write = (name: string, text: string) => {
    mkdirSync(dirname(path(name)), { recursive: true })
    writeFileSync(path(name), text)
  }
  for (const [name, text] of Object.entries(files)) write(name, text)
  const names = (paths: readonly string[]) =>
    paths.map(file => file.slice(folder.length + 1)).join(' ')
  const watcher = new SourceWatcher(
    {
      touched: () => tell('touched'),
      settled: paths => tell(`settled ${names(paths)}`),
      unchanged: () => tell('unchanged'),
      restless: file => tell(`restless ${names([file])}`),
      polls(cause) {
        causes.push(cause)
        wakeAll()
      },
    },
    {
      clock: systemClock,
      rules: new ReloadRules({ folder, include, exclude }),
      polling: { polls: 'where needed', said: '', pause: null },
      ...means,
    },
  )
  onTestFinished(async () => {
    await watcher.close()
    rmSync(folder, { recursive: true, force: true })
  })
  /** Waits for what becomes true with something that is told. */
  const until = async (holds: () => boolean) => {
    while (!holds()) {
      await new Promise<void>(resolve => {
        const wake = () => {
          waiting.delete(wake)
          resolve()
        }
        waiting.add(wake)
      })
    }
  }
  const next = async (count: number) => {
    await until(() => told.length >= count)
    return told.slice(0, count)
  }
  /** As a worker reports a file that it has loaded just now. */
  const loaded = (name: string) =>
    watcher.add([[path(name), Number(statSync(path(name), { bigint: true }).mtimeNs)]])
  return { folder, path, write, next, told, causes, until, watcher, loaded }
}

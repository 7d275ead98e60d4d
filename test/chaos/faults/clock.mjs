/** A wall clock that is set to another time. Needs libfaketime; the clock of the machine is left alone. */
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

const hour = 3600

/** The library that stands between a program and the clock; null where it is not installed. */
export function findFakeClock() {
  const roots = ['/usr/lib', '/usr/local/lib', '/opt/homebrew/lib']
  const folders = roots.flatMap(root => [root, ...foldersIn(root)])
  const files = folders.map(folder => join(folder, 'faketime/libfaketimeMT.so.1'))
  return files.find(existsSync) ?? null
}

function foldersIn(root) {
  try {
    return readdirSync(root, { withFileTypes: true })
      .filter(entry => entry.isDirectory())
      .map(entry => join(root, entry.name))
  } catch {
    return []
  }
}

const library = findFakeClock()

const setTo = (folder, seconds) => writeFileSync(join(folder, 'time'), `${seconds}s\n`)

/** @type {import('../run.mjs').Fault[]} */
export const faults = [
  {
    name: 'the clock is set an hour ahead, then two hours back',
    needs: library === null ? 'libfaketime' : null,
    shortest: 2.5,
    stage: {
      prepare: folder => setTo(folder, '+0'),
      env: folder => ({
        LD_PRELOAD: library ?? '',
        FAKETIME_TIMESTAMP_FILE: join(folder, 'time'),
        FAKETIME_NO_CACHE: '1',
        FAKETIME_DONT_FAKE_MONOTONIC: '1',
      }),
    },
    async during(stage, { milliseconds }) {
      await pause(milliseconds / 4)
      setTo(stage.folder, `+${hour}`)
      await pause(milliseconds / 4)
      const ahead = await lossAt(stage)
      setTo(stage.folder, `-${hour}`)
      await pause(milliseconds / 4)
      const behind = await lossAt(stage)
      const drifts = [ahead - hour * 1000, behind + hour * 1000]
      return { wrong: drifts.filter(isOff).map(drift => `the log is ${drift} ms beside the clock`) }
    },
  },
]

/** Kills a worker; gives by how many milliseconds the log says that it was later than it was. */
async function lossAt(stage) {
  const before = stage.log.of('workerDied').length
  const now = Date.now()
  stage.kill(stage.log.serving[0])
  await stage.until(() => stage.log.of('workerDied').length > before, 'the log tells of the loss')
  const told = stage.log.of('workerDied').at(-1)
  stage.kills.set(told.pid, told.at)
  return told.at - now
}

const isOff = milliseconds => Math.abs(milliseconds) > 2000

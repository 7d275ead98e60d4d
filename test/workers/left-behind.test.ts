import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { processStart } from '../../src/base/process-start.js'
import { clearLeftBehind, noteOwner } from '../../src/workers/left-behind.js'

const uid = process.getuid!()

/** A temporary folder with these channels in it; `change` makes others of our own note. */
function folderWith(channels: Record<string, ((owner: Record<string, unknown>) => object) | null>) {
  const folder = mkdtempSync(join(tmpdir(), 'modwsgi-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const [name, change] of Object.entries(channels)) {
    const directory = join(folder, name)
    mkdirSync(directory)
    writeFileSync(join(directory, 'begun-1'), '')
    if (change === null) continue
    noteOwner(directory)
    const file = join(directory, 'owner')
    writeFileSync(file, JSON.stringify(change(JSON.parse(readFileSync(file, 'utf8')))))
  }
  return folder
}

/** The number of a process that has ended, and what was known of it. */
async function gone() {
  const child = spawn('sleep', ['1000'])
  await once(child, 'spawn')
  const start = processStart(child.pid!)
  child.kill('SIGKILL')
  await once(child, 'exit')
  return { pid: child.pid, start }
}

test('clearLeftBehind() removes what dead servers of this user have left, and nothing else', async () => {
  const dead = await gone()
  const folder = folderWith({
    'modwsgi-dev-dead01': owner => ({ ...owner, ...dead }),
    // The number is another process's by now.
    'modwsgi-dev-again1': owner => ({ ...owner, start: 'long ago' }),
    'modwsgi-dev-alive1': owner => owner,
    'modwsgi-dev-noname': null,
    'modwsgi-dev-other1': owner => ({ ...owner, ...dead, machine: 'elsewhere' }),
    'modwsgi-dev-space1': owner => ({ ...owner, ...dead, space: 'pid:[1]' }),
    'modwsgi-dev-unsure': owner => ({ ...owner, ...dead, start: null }),
    'modwsgi-dev-longer7': owner => ({ ...owner, ...dead }),
    'something-dead01': owner => ({ ...owner, ...dead }),
  })
  writeFileSync(join(folder, 'modwsgi-dev-unsure', 'owner'), '{"pid":')
  symlinkSync(join(folder, 'something-dead01'), join(folder, 'modwsgi-dev-linked'))
  clearLeftBehind(folder, uid)
  expect(readdirSync(folder).toSorted()).toEqual([
    'modwsgi-dev-alive1',
    'modwsgi-dev-linked',
    'modwsgi-dev-longer7',
    'modwsgi-dev-noname',
    'modwsgi-dev-other1',
    'modwsgi-dev-space1',
    'modwsgi-dev-unsure',
    'something-dead01',
  ])
  expect(existsSync(join(folder, 'something-dead01', 'owner'))).toBe(true)
})

test('clearLeftBehind() leaves what belongs to another user', async () => {
  const dead = await gone()
  const folder = folderWith({ 'modwsgi-dev-dead01': owner => ({ ...owner, ...dead }) })
  clearLeftBehind(folder, uid + 1)
  expect(readdirSync(folder)).toEqual(['modwsgi-dev-dead01'])
})

test('clearLeftBehind() bears a folder that is not there', () => {
  expect(() => clearLeftBehind('/nowhere', uid)).not.toThrow()
})

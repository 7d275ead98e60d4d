import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import { below, descendantsOf } from '../../src/workers/descendants.js'

test('below() finds children and their children, and nobody else', () => {
  const parents = new Map<number, number | null>([
    [2, 1],
    [3, 2],
    [4, 9],
    [5, null],
    [6, 1],
  ])
  expect(below(1, parents).sort()).toEqual([2, 3, 6])
  expect(below(4, parents)).toEqual([])
})

const parent = `
import subprocess
child = subprocess.Popen(["sleep", "60"], start_new_session=True)
print(child.pid, flush=True)
child.wait()
`

test.runIf(process.platform === 'linux')(
  'descendantsOf() finds a grandchild that leads a session of its own',
  async () => {
    const python = spawn('python3', ['-c', parent], { stdio: ['ignore', 'pipe', 'inherit'] })
    const [text] = await once(python.stdout, 'data')
    const grandchild = Number(text)
    onTestFinished(() => {
      for (const pid of [grandchild, python.pid!]) process.kill(pid, 'SIGKILL')
    })
    expect(descendantsOf(process.pid)).toEqual(expect.arrayContaining([python.pid, grandchild]))
    expect(descendantsOf(python.pid!)).toEqual([grandchild])
  },
)

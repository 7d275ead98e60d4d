/** --free-threading, with a Python in front of the real one that says of itself what a free-threaded build says. */
import { chmodSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { ask } from '../rig/http.js'
import { runCommand, startServer } from '../rig/server.js'

const app = `
import os
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [repr([os.environ.get("STAND_IN_ARGUMENTS"), os.environ.get("PYTHON_GIL")]).encode()]
`

/** The real one knows no gil=0, so that does not reach it. */
const standIn = `#!/bin/sh
case "$*" in *Py_GIL_DISABLED*) printf 1; exit;; esac
if [ "$1" = -X ]; then STAND_IN_ARGUMENTS="$1 $2"; export STAND_IN_ARGUMENTS; shift 2; fi
exec python3 "$@"
`

function site(): string {
  const cwd = realpathSync(mkdtempSync(join(tmpdir(), 'modwsgi-test-')))
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true }))
  writeFileSync(join(cwd, 'app.py'), app)
  writeFileSync(join(cwd, 'python3.13t'), standIn)
  chmodSync(join(cwd, 'python3.13t'), 0o755)
  return cwd
}

const options = ['app.py', '--free-threading', '--python', './python3.13t']

test.each([[[]], [['--reload-on-changes']], [['--debug-mode']]])(
  'workers run without the lock with %j, and no variable tells other programs',
  async more => {
    const server = await startServer([...options, ...more], { cwd: site() })
    expect((await ask(server.url())).body).toBe("['-X gil=0', None]")
  },
)

test('a Python with the lock is a mistake', async () => {
  const running = runCommand(['start-server', 'app.py', '--free-threading'], { cwd: site() })
  expect((await running.exited).code).toBe(2)
  expect(running.stderr).toMatch(/--free-threading needs a Python built for it/)
})

import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { processStart } from '../../src/base/process-start.js'
import { removeLeftPidFile, stopServer } from '../../src/cli/signal-server.js'

/** A process that tells when it hears SIGTERM, and ends of it or not. */
async function started(action: string): Promise<number> {
  const script = `process.on('SIGTERM', () => { ${action} }); setInterval(() => {}, 1000); console.log('ready')`
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  await new Promise(resolve => child.stdout.once('data', resolve))
  return child.pid!
}

test('stopServer() waits until the process is gone', async () => {
  const pid = await started('setTimeout(() => process.exit(), 200)')
  expect(await stopServer(pid, 20)).toBe(true)
  expect(processStart(pid)).toBeNull()
})

test('stopServer() says when it takes too long', async () => {
  const pid = await started('')
  expect(await stopServer(pid, 0)).toBe(false)
  expect(processStart(pid)).not.toBeNull()
})

test('stopServer() has nothing to do where there is no process', async () => {
  const pid = await started('process.exit()')
  await stopServer(pid, 20)
  expect(await stopServer(pid, 0)).toBe(true)
})

test('removeLeftPidFile() leaves the file of another server', () => {
  const folder = mkdtempSync(join(tmpdir(), 'modwsgi-left-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'httpd.pid')
  writeFileSync(path, '8\n')
  removeLeftPidFile(path, 7)
  expect(readFileSync(path, 'utf8')).toBe('8\n')
  for (const text of ['7\n', '']) {
    writeFileSync(path, text)
    removeLeftPidFile(path, 7)
    expect(existsSync(path), text).toBe(false)
  }
})

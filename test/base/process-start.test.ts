import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, onTestFinished, test } from 'vitest'
import { processCommand, processStart } from '../../src/base/process-start.js'

function start(command: string, ...args: string[]): ChildProcess & { pid: number } {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'ignore'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child as ChildProcess & { pid: number }
}

test('processStart() is the same for one process, and differs for two', async () => {
  const { pid } = start('sleep', '600')
  expect(processStart(pid)).toBe(processStart(pid))
  expect(processStart(pid)).not.toBe(processStart(process.pid))
})

test('processStart() is null for a process that is gone', async () => {
  const child = start('true')
  await new Promise(resolve => child.once('exit', resolve))
  expect(processStart(child.pid)).toBeNull()
})

test('processStart() is null for one that has ended and was not reaped', async () => {
  // The shell becomes a program that waits for no child.
  const child = start('sh', '-c', 'sleep 0 & echo $!; exec sleep 600')
  const pid = Number(await new Promise(resolve => child.stdout!.once('data', resolve)))
  const isZombie = () => /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  while (!isZombie()) await new Promise(setImmediate)
  expect(processStart(pid)).toBeNull()
})

test('processCommand() is the command line, and empty for a process that is gone', async () => {
  const child = start('sleep', '600')
  expect(processCommand(child.pid)).toBe('sleep 600')
  child.kill()
  await new Promise(resolve => child.once('exit', resolve))
  expect(processCommand(child.pid)).toBe('')
})

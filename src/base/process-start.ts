/**
 * When a process was started: together with its number it names a process for good, while the number alone may be
 * somebody else's when it is read from a file.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'

/**
 * A text that no other process of this number has, on this machine; null when there is no such process, or it has
 * ended and only its parent has not noticed.
 */
export function processStart(pid: number): string | null {
  return existsSync('/proc/self/stat') ? startInProc(pid) : startByPs(pid)
}

/** The command line of a process, as listings show it; empty when there is none. */
export function processCommand(pid: number): string {
  if (!existsSync('/proc/self/stat')) return askPs(pid, 'command')
  return textOf(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim()
}

/** See proc(5): after the name, which may hold anything, the 1st field is the state, the 20th the start in ticks. */
function startInProc(pid: number): string | null {
  const stat = textOf(`/proc/${pid}/stat`)
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [state] = fields
  if (stat === '' || state === 'Z' || state === 'X') return null
  // Ticks are counted from the start of the machine.
  return `${textOf('/proc/sys/kernel/random/boot_id').trim()} ${fields[19]}`
}

function startByPs(pid: number): string | null {
  const start = askPs(pid, 'lstart')
  return start === '' || askPs(pid, 'state').startsWith('Z') ? null : start
}

function askPs(pid: number, column: string): string {
  const { stdout } = spawnSync('ps', ['-o', `${column}=`, '-p', String(pid)], { encoding: 'utf8' })
  return (stdout ?? '').trim()
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}

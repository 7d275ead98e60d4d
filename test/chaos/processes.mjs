/** What the kernel knows of processes: children, open files, memory, time of the processor. Linux only. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** Ticks of a second in /proc (sysconf(_SC_CLK_TCK), 100 wherever Node runs), and bytes of a page. */
const ticks = 100
const pageSize = 4096

/** @returns {{ parent: number, state: string, secondsOfFamily: number } | null} null: there is no such process */
function statOf(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The name, in parentheses, may hold anything.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    const [state, parent] = fields
    const times = fields.slice(11, 15).map(Number)
    const secondsOfFamily = times.reduce((sum, time) => sum + time, 0) / ticks
    return { state, parent: Number(parent), secondsOfFamily }
  } catch {
    return null
  }
}

/** Children of a process, zombies included. */
export function childrenOf(parent) {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number)
    .filter(pid => statOf(pid)?.parent === parent)
}

export function isZombie(pid) {
  return statOf(pid)?.state === 'Z'
}

/** Seconds of the processor that a process has used so far, exactly. */
export function processorSeconds(pid) {
  return tasksOf(pid)
    .map(task =>
      Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'latin1').split(' ')[0]),
    )
    .reduce((sum, nanoseconds) => sum + nanoseconds / 1e9, 0)
}

/** The same with its children that have ended, in hundredths. */
export function processorSecondsWithChildren(pid) {
  return statOf(pid)?.secondsOfFamily ?? 0
}

const tasksOf = pid => readdirSync(`/proc/${pid}/task`)

/** What the descriptors of a process lead to, sorted. */
export function descriptorsOf(pid) {
  const folder = `/proc/${pid}/fd`
  return (
    namesIn(folder)
      .map(name => linkOf(`${folder}/${name}`))
      .filter(link => link !== null)
      .map(kindOfLink)
      // libuv's own, for the moment at which nothing more can be opened.
      .filter(link => link !== '/')
      .sort()
  )
}

/** Without what is another one each time: numbers of sockets and pipes, and of workers. */
function kindOfLink(link) {
  return link.replace(/:\[\d+\]$/, '').replace(/^.*\/(begun)-\d+.*$/, '$1')
}

function namesIn(folder) {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function linkOf(path) {
  try {
    return readlinkSync(path)
  } catch {
    return null
  }
}

/** Resident memory in bytes. */
export function residentBytes(pid) {
  return Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1]) * pageSize
}

/** How often the threads of a process have gone to sleep by themselves: the times they were woken. */
export function wakeUps(pid) {
  return tasksOf(pid)
    .map(task => readFileSync(`/proc/${pid}/task/${task}/status`, 'latin1'))
    .map(status => Number(/^voluntary_ctxt_switches:\s*(\d+)/m.exec(status)?.[1]))
    .reduce((sum, count) => sum + count, 0)
}

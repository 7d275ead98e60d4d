/** The processes below a server, their memory and processor time; Linux only, as the rest of /proc. */
import { readdirSync, readFileSync } from 'node:fs'

/**
 * A process and all below it.
 *
 * @typedef {object} Tree
 * @property {number} pid
 * @property {Tree[]} children
 */

/**
 * @param {number} pid of the top
 * @returns {Tree}
 */
export function processTree(pid) {
  /** @type {Map<number, number[]>} */
  const childrenOf = new Map()
  for (const name of readdirSync('/proc')) {
    const parent = /^\d+$/.test(name) ? parentOf(name) : undefined
    if (parent === undefined) continue
    childrenOf.set(parent, [...(childrenOf.get(parent) ?? []), Number(name)])
  }
  const treeOf = top => ({ pid: top, children: (childrenOf.get(top) ?? []).map(treeOf) })
  return treeOf(pid)
}

/**
 * The numbers of all processes below the top.
 *
 * @param {Tree} tree
 * @returns {number[]}
 */
export function pidsBelow({ children }) {
  return children.flatMap(child => [child.pid, ...pidsBelow(child)])
}

/**
 * Resident memory: of the process itself, and the sum of all below it. What they share counts for each of them.
 *
 * @param {number} pid
 * @returns {{ command: number, children: number }}
 */
export function residentMegabytes(pid) {
  const resident = process => megabytesOf(process, 'status', 'VmRSS')
  const children = pidsBelow(processTree(pid)).map(resident)
  return { command: resident(pid), children: sum(children) }
}

/**
 * Proportional memory of processes: a page that n processes share counts for each of them as one nth.
 *
 * @param {number[]} pids
 */
export function proportionalMegabytes(pids) {
  return sum(pids.map(pid => megabytesOf(pid, 'smaps_rollup', 'Pss')))
}

/** Ticks of the clock by which Linux tells processor time; the same on all its platforms. */
const ticksPerSecond = 100

/**
 * Seconds of processor time that a process and all below it have used.
 *
 * @param {number} pid
 */
export function processorSeconds(pid) {
  return sum([pid, ...pidsBelow(processTree(pid))].map(ticksOf)) / ticksPerSecond
}

/** In itself, for it in the kernel, and the same of those below it that have ended. */
function ticksOf(pid) {
  const fields = read(`/proc/${pid}/stat`).split(') ').at(-1)
  return fields ? sum(fields.split(' ').slice(11, 15).map(Number)) : 0
}

function sum(values) {
  return values.reduce((total, value) => total + value, 0)
}

/** 0 for a process that has ended meanwhile. */
function megabytesOf(pid, file, field) {
  const text = read(`/proc/${pid}/${file}`)
  const [, kilobytes = '0'] = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(text) ?? []
  return Number(kilobytes) / 1024
}

function parentOf(pid) {
  // The name, in parentheses, may have anything in it.
  const fields = read(`/proc/${pid}/stat`).split(') ').at(-1)
  return fields ? Number(fields.split(' ')[1]) : undefined
}

function read(path) {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}

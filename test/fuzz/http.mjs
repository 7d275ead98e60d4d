/** Sends many inputs to a server, several at once, and tells what is wrong with what becomes of them and of it. */
import { numberOf, send } from './client.mjs'
import { makeInput } from './input.mjs'
import { Trial } from './verdict.mjs'

/** Inputs after which the server is looked at: no connection may be left then. */
const batchSize = 1000

/** What a process may have gained in the second half of a run: for its garbage is not collected at any time. */
const moreMemory = { share: 0.1, kib: 16 * 1024 }

/** Blocks of an interpreter that are no leak: caches, and what a thread has of the request before. */
const moreBlocks = 1000

/** Inputs before which a process has not got all the memory that it needs. */
const warmUp = 20_000

/**
 * @typedef {object} Finding
 * @property {number | null} number of the input; null: of the run
 * @property {string} shape
 * @property {string} fault
 *
 * @typedef {object} Figures
 * @property {number} inputs sent before
 * @property {number | null} blocks of memory of the application's interpreter; null: it does not answer
 * @property {{ pid: number, descriptors: number, kib: number }[]} processes
 *
 * @typedef {object} Run
 * @property {Finding[]} findings
 * @property {Figures[]} figures after each batch
 * @property {number} seen requests that reached the application
 */

/**
 * @param {import('./site.mjs').FuzzedSite} site
 * @param {{ seed: number, inputs: number, from?: number, atOnce?: number,
 *   told?: (figures: Figures, findings: number) => void }} options from: number of the first input
 * @returns {Promise<Run>}
 */
export async function fuzz(site, { seed, inputs, from = 0, atOnce = 16, told = () => {} }) {
  const run = { findings: [], figures: [await figuresOf(site, 0)], seen: 0 }
  /** The batch before: an application that goes on after its client has gone may note something late. */
  let before = new Map()
  for (let sent = 0; sent < inputs; sent += batchSize) {
    const size = Math.min(batchSize, inputs - sent)
    const trials = trialsOf(seed, from + sent, size)
    await sendAll(trials, site.port, atOnce)
    run.figures.push(await figuresOf(site, sent + size))
    await takeSeen(site, run, [trials, before])
    judge(before, run)
    before = trials
    told(run.figures.at(-1), run.findings.length)
  }
  await site.blocks()
  await takeSeen(site, run, [before])
  judge(before, run)
  run.findings.push(...faultsOfServer(site, run.figures).map(ofRun))
  return run
}

/** Once no connection is left. */
async function figuresOf(site, inputs) {
  const processes = await site.figures()
  return { inputs, blocks: await site.blocks(), processes }
}

/** @returns {Finding} */
function ofRun(fault) {
  return { number: null, shape: 'all', fault }
}

function trialsOf(seed, first, size) {
  const numbers = Array.from({ length: size }, (_, at) => first + at)
  return new Map(numbers.map(number => [number, new Trial(makeInput(seed, number))]))
}

/** Sends all in their order, so many at a time. */
async function sendAll(trials, port, atOnce) {
  const left = trials.values()
  const lane = async () => {
    for (const trial of left) trial.outcome = await send(trial.input, port)
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
}

async function takeSeen(site, run, batches) {
  for (const request of site.newlySeen()) {
    run.seen++
    const number = numberOf(request.address)
    const trial = batches.map(trials => trials.get(number)).find(Boolean)
    if (trial) trial.seen.push(request)
    else run.findings.push(ofRun(`a request of nobody: ${JSON.stringify(request)}`))
  }
}

function judge(trials, run) {
  for (const trial of trials.values()) {
    const { number, shape } = trial.input
    run.findings.push(...trial.faults().map(fault => ({ number, shape, fault })))
  }
}

/** What the run has done to the processes, and what they say. */
function faultsOfServer(site, figures) {
  const [first, last] = [figures[0], figures.at(-1)]
  const pidsOf = ({ processes }) => processes.map(({ pid }) => pid).join(' ')
  const faults = last.blocks === null ? ['the application does not answer'] : []
  if (pidsOf(first) !== pidsOf(last)) {
    faults.push(`the processes were ${pidsOf(first)} and are ${pidsOf(last)}`)
  }
  const said = `${site.log}${site.server.stderr}`.split('\n').filter(line => line.trim() !== '')
  faults.push(...said.slice(0, 20).map(line => `the log says: ${line}`))
  const half = figures[Math.floor((figures.length - 1) / 2)]
  return half.inputs < warmUp ? faults : [...faults, ...growth(half, last)]
}

function growth(half, last) {
  const isMore = last.blocks > half.blocks + moreBlocks
  const blocks = isMore ? [`the interpreter had ${half.blocks} blocks and has ${last.blocks}`] : []
  const processes = last.processes.flatMap(({ pid, descriptors, kib }) => {
    const then = half.processes.find(process => process.pid === pid)
    if (then === undefined) return []
    const faults = []
    if (descriptors > then.descriptors) {
      faults.push(`process ${pid} had ${then.descriptors} descriptors and has ${descriptors}`)
    }
    if (kib > then.kib * (1 + moreMemory.share) + moreMemory.kib) {
      faults.push(`process ${pid} had ${then.kib} KiB in memory and has ${kib}`)
    }
    return faults
  })
  return [...blocks, ...processes]
}

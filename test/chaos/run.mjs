/** One fault, tried on a real server under load. */
import { setTimeout as pause } from 'node:timers/promises'
import { Load } from './load.mjs'
import { mixed } from './requests.mjs'
import { Stage } from './stage.mjs'
import { judge } from './verdict.mjs'

/**
 * @typedef {object} Fault
 * @property {string} name
 * @property {import('./stage.mjs').StageOptions} [stage]
 * @property {string | null} [needs] what the machine lacks for it; null: nothing
 * @property {Record<string, number>} [mix] shares of kinds of requests besides the ordinary ones
 * @property {number} [shortest] seconds of load in the short form
 * @property {number} [idle] milliseconds that a connection of a client may have been idle
 * @property {boolean} [refusals] new connections may be refused
 * @property {number} [stays] descriptors that may stay open, as the fault says why
 * @property {(stage: Stage, scene: Scene) => Promise<Partial<Row> | void>} [during] beside the load
 * @property {(stage: Stage) => void | Promise<void>} [before] the load
 * @property {(stage: Stage, row: Row) => readonly string[]} [check] after it: what is wrong
 */

/**
 * @typedef {object} Scene
 * @property {number} milliseconds of load
 * @property {Load} load
 * @property {boolean} long
 */

/**
 * @typedef {import('./verdict.mjs').Verdict & { name: string, recovery: number | null, note: string,
 *   wrong: readonly string[], p99: number, requests: readonly import('./load.mjs').Sent[] }} Row
 */

/**
 * A state of a server that has to be borne, with a run and figures of its own.
 *
 * @typedef {object} State
 * @property {string} name
 * @property {(plan: { long: boolean }) => Promise<Partial<Row> & { note: string, wrong: string[] }>} run
 */

/** Milliseconds in which all workers have to be back after one was lost. */
const longestRecovery = 1000

/** Milliseconds in which what belonged to clients and workers has to be closed. */
const longestClosing = 5000

/**
 * @param {Fault} fault
 * @param {{ seconds: number, rate?: number, long?: boolean }} plan
 * @returns {Promise<Row>}
 */
export async function runFault(fault, { seconds, rate = 200, long = false }) {
  const stage = await Stage.open(fault.stage)
  try {
    await warmUp(stage)
    await fault.before?.(stage)
    const before = stage.inventory()
    const load = new Load({ port: stage.port, rate, mix: mixed(fault.mix), idle: fault.idle })
    const scene = { milliseconds: seconds * 1000, load, long }
    const running = load.run(scene.milliseconds)
    const more = (await fault.during?.(stage, scene)) ?? {}
    await running
    load.close()
    const wrong = await afterwards(stage, before, fault)
    const verdict = judge(load.sent, stage.notes(), stage.log.read(), fault)
    const row = {
      name: fault.name,
      ...verdict,
      recovery: slowest(stage.log.recoveries(stage.kills)),
      p99: percentile(load.sent, 0.99),
      requests: load.sent,
      note: '',
      ...more,
      wrong,
    }
    // A machine that does other things as well may take longer.
    if (long && row.recovery !== null && row.recovery > longestRecovery) {
      wrong.push(`all workers were back only after ${Math.round(row.recovery)} ms`)
    }
    if (verdict.twice > 0) wrong.push(`${verdict.twice} requests were executed twice`)
    wrong.push(...(fault.check?.(stage, row) ?? []), ...(more.wrong ?? []))
    wrong.push(...(await stopped(stage)))
    return { ...row, wrong }
  } finally {
    await stage.close()
  }
}

/** So that each worker has served, and what is opened once is open. */
async function warmUp(stage) {
  const load = new Load({ port: stage.port, rate: 200, mix: { short: 90, file: 10 } })
  // Ids of their own: the notes are by id.
  load.startAt(1_000_000_000)
  await load.run(150)
  load.close()
  await pause(50)
}

/** What is wrong once the load is over: everything has to be as it was before. */
async function afterwards(stage, before, fault) {
  const wrong = []
  const isAsBefore = () => {
    const now = stage.inventory()
    return (
      now.zombies === 0 &&
      now.children === before.children &&
      surplus(now.descriptors, before.descriptors).length <= (fault.stays ?? 0)
    )
  }
  try {
    await stage.fullStrength()
    await stage.until(isAsBefore, 'everything is closed', longestClosing)
  } catch {
    if (stage.tool.hasEnded) return [`the server ended: ${stage.tool.stderr.slice(0, 1500)}`]
    const now = stage.inventory()
    if (now.children !== before.children) {
      wrong.push(`${now.children} children of the supervisor instead of ${before.children}`)
    }
    if (now.zombies > 0) wrong.push(`${now.zombies} zombies`)
    const more = surplus(now.descriptors, before.descriptors)
    if (more.length > (fault.stays ?? 0)) wrong.push(`more is open than before: ${more.join(', ')}`)
    if (stage.serving !== stage.processes) {
      wrong.push(`${stage.serving} workers serve at the end`)
    }
  }
  return wrong
}

function surplus(now, before) {
  const left = [...before]
  return now.filter(entry => {
    const at = left.indexOf(entry)
    if (at >= 0) left.splice(at, 1)
    return at < 0
  })
}

async function stopped(stage) {
  const { exit, left } = await stage.stop()
  const wrong = []
  if (exit === null) wrong.push('it did not stop')
  else if (exit.code !== 0) wrong.push(`it ended with ${exit.code ?? exit.signal}`)
  if (left.length > 0) wrong.push(`${left.length} processes were left behind`)
  const run = stage.leftInRunFolder()
  if (run.length > 0) wrong.push(`left in the temporary folder: ${run.join(', ')}`)
  return wrong
}

function slowest(recoveries) {
  if (recoveries.length === 0) return null
  return Math.max(...recoveries.map(milliseconds => milliseconds ?? Number.POSITIVE_INFINITY))
}

/** Milliseconds within which this share of the right answers came. */
export function percentile(sent, share) {
  const times = sent.filter(({ right }) => right).map(({ took }) => took)
  times.sort((a, b) => a - b)
  return times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? Number.NaN
}

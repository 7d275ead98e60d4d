/** All that is tried, in the order of docs/reliability.md. */
import { faults as clock } from './faults/clock.mjs'
import { faults as killedWorker } from './faults/killed-worker.mjs'
import { faults as machine } from './faults/machine.mjs'
import { faults as requests } from './faults/requests.mjs'
import { runFault } from './run.mjs'
import { crashLoops } from './states/crash-loop.mjs'
import { crowd } from './states/crowd.mjs'
import { day } from './states/day.mjs'
import { idle } from './states/idle.mjs'

/**
 * @typedef {object} Trial
 * @property {string} name
 * @property {string | null} needs what this machine lacks for it; null: nothing
 * @property {(plan: { long: boolean }) => Promise<import('./run.mjs').Row>} run
 */

/** Seconds of load for each fault in the long form, and in the short one if the fault says nothing else. */
const longLoad = 60
const shortLoad = 1.5

/** @returns {Trial} */
function trialOfFault(fault) {
  const { name, needs = null, shortest = shortLoad } = fault
  return {
    name,
    needs,
    run: ({ long }) => runFault(fault, { seconds: long ? longLoad : shortest, long }),
  }
}

/** @returns {Trial} */
function trialOfState({ name, run }) {
  return { name, needs: null, run: async plan => ({ name, ...nothingSent, ...(await run(plan)) }) }
}

const nothingSent = {
  sent: 0,
  answered: 0,
  left: 0,
  refused: 0,
  failed: 0,
  lost: [],
  twice: 0,
  recovery: null,
  p99: Number.NaN,
  requests: [],
}

/** @type {Trial[]} */
export const trialsOfWorkers = [...killedWorker, ...requests].map(trialOfFault)

/** @type {Trial[]} */
export const trialsOfMachine = [...machine, ...clock].map(trialOfFault)

/** @type {Trial[]} */
export const trialsOfStates = [...crashLoops, idle, crowd, day].map(trialOfState)

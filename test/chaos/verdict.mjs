/**
 * What became of all requests of a run, each one accounted for. A request may fail only when it was executing in a
 * process that died: that is looked up in what the application noted and in the log, not assumed.
 */

/**
 * @typedef {object} Verdict
 * @property {number} sent
 * @property {number} answered as they should be
 * @property {number} left by the client itself
 * @property {number} refused connections that were not taken, where the fault allows it
 * @property {number} failed while executing in a process that died
 * @property {readonly string[]} lost all others, with what became of them
 * @property {number} twice begun by more than one process
 */

/**
 * The processes in which a worker was about to call the application for a request, and in which the application began
 * and ended.
 *
 * @typedef {{ take: number[], begin: number[], end: number[] }} Note
 */

/** Statuses of requests whose process died. */
const failures = new Set([500, 502, 504])

/**
 * @param {readonly import('./load.mjs').Sent[]} sent
 * @param {ReadonlyMap<number, Note>} notes
 * @param {readonly import('./logbook.mjs').Entry[]} log
 * @param {{ refusals?: boolean }} [allowed]
 * @returns {Verdict}
 */
export function judge(sent, notes, log, { refusals = false } = {}) {
  const verdict = {
    sent: sent.length,
    answered: 0,
    left: 0,
    refused: 0,
    failed: 0,
    lost: [],
    twice: 0,
  }
  const dead = new Set(log.filter(diedOrKilled).map(({ pid }) => pid))
  const told = new Map(log.flatMap(lostRequest).map(entry => [entry.id, entry.text]))
  for (const request of sent) {
    const { outcome } = request
    const { take, begin } = notes.get(request.id) ?? unknown
    if (begin.length > 1) verdict.twice++
    if (request.right) verdict.answered++
    else if (outcome.fault === 'left') verdict.left++
    else if (refusals && outcome.fault === 'refused' && take.length === 0) verdict.refused++
    else {
      const wrong = whyLost(request, take, dead, told)
      if (wrong === null) verdict.failed++
      else verdict.lost.push(wrong)
    }
  }
  return verdict
}

const unknown = { take: [], begin: [], end: [] }

function diedOrKilled({ event }) {
  return event === 'workerDied' || event === 'workerKilled'
}

/** The request that a line of the log is about, by its id. */
function lostRequest({ event, text }) {
  if (event !== 'requestLost') return []
  return [{ id: Number(/[?&]id=(\d+)/.exec(text)?.[1]), text }]
}

/** Null for a request that was executing in a process that died, has the status for it, and a line in the log. */
function whyLost({ id, kind, outcome, took }, take, dead, told) {
  const { status, fault, complete } = outcome
  const what = `${id} (${kind}): status ${status}${complete ? '' : ', incomplete'}${fault ? `, ${fault}` : ''} after ${Math.round(took)} ms`
  const pid = take.at(-1)
  if (pid === undefined) return `${what}; no process had begun it`
  if (!dead.has(pid)) return `${what}; its process ${pid} has not died`
  if (!told.has(id)) return `${what}; no line of the log says so`
  const isCut = status === 200
  if (!isCut && !failures.has(status)) return `${what}; that is no status of a failure`
  return null
}

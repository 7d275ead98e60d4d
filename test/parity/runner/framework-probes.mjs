/** Probes that ask one thing of a site of a framework. */
import { setTimeout as pause } from 'node:timers/promises'
import { exchange } from './exchange.mjs'
import { observeAnswer } from './framework-answer.mjs'
import { get } from './request-bytes.mjs'

/** @typedef {import('./run.mjs').Site} Site */
/** @typedef {import('./run.mjs').Probe} Probe */

/**
 * The answers until the connection ends; one more request shows whether it can be used afterwards.
 *
 * @param {string | Buffer | (() => string | Buffer)} request
 * @returns {Probe}
 */
export const answersTo = request => site =>
  exchange(site, typeof request === 'function' ? request() : request, { look: observeAnswer })

/**
 * One answer as it came.
 *
 * @param {Site} site
 * @param {string | Buffer} request
 */
export async function responseTo(site, request) {
  const connection = await site.connect()
  try {
    connection.send(request)
    return await connection.read({ method: methodOf(request) })
  } finally {
    connection.close()
  }
}

function methodOf(request) {
  const start = typeof request === 'string' ? request : request.toString('latin1', 0, 10)
  return start.split(' ', 1)[0]
}

/** `name=value` of the cookies that a response sets, as a client would send them. */
export function cookiesOf({ fields }) {
  const set = fields.filter(([name]) => name.toLowerCase() === 'set-cookie')
  return `Cookie: ${set.map(([, value]) => value.split(';', 1)[0]).join('; ')}\r\n`
}

/**
 * Where a redirect leads. For those of Django's middleware, whose framing depends on its version.
 *
 * @param {string | Buffer} request
 * @returns {Probe}
 */
export const redirectOf = request => async site => {
  const { status, reason, fields, body } = await responseTo(site, request)
  return {
    status,
    reason,
    to: fields.find(([name]) => name === 'Location')?.[1],
    size: body.length,
  }
}

/**
 * The answers to requests of one client, which sends back the cookies of the one before.
 *
 * @param {readonly string[]} targets
 * @returns {Probe}
 */
export const visits = targets => async site => {
  const answers = []
  let cookies = ''
  for (const target of targets) {
    const response = await responseTo(site, get(target, cookies))
    answers.push(observeAnswer(response))
    if (response.fields.some(([name]) => /^set-cookie$/i.test(name))) cookies = cookiesOf(response)
  }
  return answers
}

/**
 * The answer to one request, and what was noted of it until these events are there.
 *
 * @param {string} request
 * @param {readonly string[]} awaited
 * @returns {Probe}
 */
export const withEvents = (request, awaited) => async site => {
  const response = await responseTo(site, request)
  return { answer: observeAnswer(response), events: await eventsUntil(site, awaited) }
}

/** What was noted since the last time, until all of these are; `/step` lets a response that waits go on. */
async function eventsUntil(site, awaited, target = '/events') {
  const events = []
  for (let tries = 0; tries < 200; tries++) {
    events.push(...JSON.parse((await responseTo(site, get(target))).body.toString()))
    if (awaited.every(event => events.includes(event))) break
    await pause(20)
  }
  return events
}

/** A client that goes away in the middle of a response which goes on as long as there are steps. */
export const leavesInTheMiddle = awaited => async site => {
  const connection = await site.connect()
  connection.send(get('/stream/stepwise'))
  const began = await connection.receives('app first')
  connection.reset()
  return { began, events: await eventsUntil(site, awaited, '/step') }
}

/**
 * What the site says of the environ, as an object.
 *
 * @param {string} target
 * @returns {Probe}
 */
export const environAt = target => async site => {
  const { status, body } = await responseTo(site, get(target, 'X-Two: a\r\nx-two: b\r\n'))
  return { status, environ: JSON.parse(body.toString('utf8')) }
}

/** What wsgiref.validate found since it was asked last, a line each. */
export const findings = async site =>
  (await responseTo(site, get('/findings'))).body.toString('latin1')

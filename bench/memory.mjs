/** How much memory workers use, by the processes below the server: alone and several, forked or not. */
import { get } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { makeNumberedSite } from './numbered-site.mjs'
import { processTree, proportionalMegabytes } from './process-tree.mjs'
import { Traffic } from './traffic.mjs'

/** Processes of the larger fleet. */
const many = 4

/** Requests that each worker has answered before its memory is read. */
const answers = 20

/** Milliseconds until the processes have to be what they are expected to be. */
const longestWait = 20_000

/** Milliseconds in which the processes have to stay the same: a template is made when workers have loaded more. */
const calm = 1500

/** Waits in the database, as views do, so that several workers are busy at once; says which one it is. */
const urls = `
import os
import time


def greet_slowly(request):
    time.sleep(0.02)
    response = greet(request)
    response["X-Worker"] = os.getpid()
    return response


urlpatterns.append(path("worker", greet_slowly))
`

/** @type {import('./scenario.mjs').Column[]} */
export const memoryColumns = [
  column('percent', 'next forked, % of next cold', value => value.toFixed(0), 'less'),
  column('coldNext', 'next cold MB'),
  column('warmNext', 'next forked MB'),
  column('coldOne', '1 cold MB'),
  column('coldMany', `${many} cold MB`),
  column('warmOne', 'template + 1 forked MB'),
  column('warmMany', `template + ${many} forked MB`),
  column('template', `template beside ${many} MB`),
]

function column(key, title, show = value => value.toFixed(1), better = undefined) {
  return { key, title, show, better, combine: 'median' }
}

/**
 * The plain project, with a page that many workers are needed for.
 *
 * @param {import('./scenario.mjs').SitePlace} place
 */
export function makeGreetingSite(place) {
  return makeNumberedSite(place, { urls })
}

/** @type {import('./scenario.mjs').Scenario['measure']} */
export async function measureMemory(subject) {
  const coldOne = await memoryOf(subject, 1, true)
  const coldMany = await memoryOf(subject, many, true)
  const warmOne = await memoryOf(subject, 1, false)
  const warmMany = await memoryOf(subject, many, false)
  // What each worker after the first costs.
  const coldNext = (coldMany.all - coldOne.all) / (many - 1)
  const warmNext = (warmMany.all - warmOne.all) / (many - 1)
  return {
    percent: (warmNext / coldNext) * 100,
    coldNext,
    warmNext,
    coldOne: coldOne.all,
    coldMany: coldMany.all,
    warmOne: warmOne.all,
    warmMany: warmMany.all,
    template: warmMany.template,
  }
}

/** Megabytes of all workers, with their template where they have one. */
async function memoryOf(subject, processes, cold) {
  const server = await subject.launch({ reloads: true, cold, processes })
  try {
    await useWorkers(server.port, processes)
    if (!cold) await haveThemForked(subject, server, processes)
    const { workers, template } = await processesOf(server.pid, processes, cold)
    return {
      all: proportionalMegabytes([...workers, ...template]),
      template: proportionalMegabytes(template),
    }
  } finally {
    await server.stop()
  }
}

/** The first workers of a server are never forked: a template is made of what they have loaded. */
async function haveThemForked(subject, server, processes) {
  await processesOf(server.pid, processes, true, 1)
  const traffic = new Traffic(server.port, subject.path)
  await traffic.save(subject.folder)
  await traffic.end()
  await useWorkers(server.port, processes)
}

/** Asks all workers at once, again and again, until each has answered often enough. */
async function useWorkers(port, processes) {
  const counts = new Map()
  const deadline = performance.now() + longestWait
  const isEnough = () => counts.size >= processes && Math.min(...counts.values()) >= answers
  while (!isEnough()) {
    if (performance.now() > deadline) throw new Error(`only ${counts.size} workers answer`)
    const asked = await Promise.all(Array.from({ length: 2 * processes }, () => askWorker(port)))
    for (const worker of asked) counts.set(worker, (counts.get(worker) ?? 0) + 1)
  }
}

/** @returns {Promise<string>} which worker has answered */
function askWorker(port) {
  return new Promise((resolve, reject) => {
    const request = get({ host: '127.0.0.1', port, path: '/worker', agent: false }, response => {
      response.resume()
      response.on('error', reject)
      response.on('end', () => resolve(String(response.headers['x-worker'])))
    })
    request.on('error', reject)
  })
}

/** Waits until the processes are those that are wanted, and stay. */
async function processesOf(pid, processes, cold, idleTemplates = 0) {
  const deadline = performance.now() + longestWait
  let since = performance.now()
  let before = ''
  while (performance.now() < deadline) {
    const found = sorted(processTree(pid))
    const isRight = cold
      ? found.template.length === 0 && found.workers.length === processes + idleTemplates
      : found.template.length === 1 && found.workers.length === processes
    const now = isRight ? JSON.stringify(found) : ''
    if (now !== before || !isRight) since = performance.now()
    if (performance.now() - since > calm) return found
    before = now
    await pause(100)
  }
  const { workers, template } = sorted(processTree(pid))
  const way = cold ? 'started from nothing' : 'forked'
  throw new Error(
    `${processes} workers, ${way}, were expected; there are ${template.length} templates and ${workers.length} other processes`,
  )
}

/** A template is the process that has workers below it; one that has none yet counts as a worker. */
function sorted({ children }) {
  const template = children.filter(child => child.children.length > 0)
  const workers = [
    ...template.flatMap(child => child.children),
    ...children.filter(child => child.children.length === 0),
  ]
  return { template: template.map(({ pid }) => pid), workers: workers.map(({ pid }) => pid) }
}

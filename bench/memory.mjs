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

/** Saves until all workers have to be forked. */
const mostSaves = 5

/** Milliseconds until something has to be as it is expected. */
const longestWait = 20_000

/** Milliseconds until a change of the processes is no more expected: a template is made when workers have loaded more. */
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
    const { workers, template } = cold
      ? await settled(server.pid)
      : await forked(subject, server, processes)
    if (workers.length !== processes || template.length !== (cold ? 0 : 1)) {
      throw new Error(
        `${workers.length} workers of ${template.length} templates are no fleet of ${processes}`,
      )
    }
    return {
      all: proportionalMegabytes([...workers, ...template]),
      template: proportionalMegabytes(template),
    }
  } finally {
    await server.stop()
  }
}

/** The processes, once all workers are of the one template, which is made anew as long as they load more. */
async function forked(subject, server, processes) {
  let found = await settled(server.pid)
  for (let at = 0; at < mostSaves && (at === 0 || !isOneFleet(found, processes)); at++) {
    const traffic = new Traffic(server.port, subject.path)
    await traffic.save(subject.folder)
    await useWorkers(server.port, processes)
    found = await settled(server.pid)
  }
  return found
}

function isOneFleet({ workers, template }, processes) {
  return workers.length === processes && template.length === 1
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

/** The processes, when none has come or gone for a while. */
async function settled(pid) {
  const deadline = performance.now() + longestWait
  let since = performance.now()
  let found = sorted(processTree(pid))
  while (performance.now() - since < calm) {
    if (performance.now() > deadline) throw new Error('processes come and go')
    await pause(100)
    const now = sorted(processTree(pid))
    if (JSON.stringify(now) !== JSON.stringify(found)) since = performance.now()
    found = now
  }
  return found
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

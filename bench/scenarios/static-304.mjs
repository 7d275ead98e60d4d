/** What a browser asks that has the stylesheet already: whether it is still the same. */
import { get } from 'node:http'
import { loadColumns, measureLoadWith, processorColumn } from '../load.mjs'
import { lastChange, makeStylesheetSite } from '../static-site.mjs'

const fields = { 'If-Modified-Since': lastChange.toUTCString() }

/** @type {import('../scenario.mjs').Scenario} */
export default {
  name: 'static-304',
  title: 'Static file that has not changed (304): 1 process x 5 threads, 32 connections',
  processes: 1,
  threads: 5,
  connections: 32,
  makeSite: makeStylesheetSite,
  columns: [...loadColumns, processorColumn],
  measure: subject => measureLoadWith({ ...subject, launch: () => launchChecked(subject) }, fields),
}

/** wrk does not look at the status. */
async function launchChecked({ launch, path }) {
  const server = await launch()
  const status = await statusOf(server.port, path)
  if (status === 304) return server
  await server.stop()
  throw new Error(`answers ${status}, not 304`)
}

function statusOf(port, path) {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path, agent: false, headers: fields }
    const request = get(options, response => resolve(response.resume().statusCode))
    request.on('error', reject)
  })
}

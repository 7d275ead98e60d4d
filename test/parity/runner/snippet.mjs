/** Asks the application of apps/snippet.py. */
import { setTimeout as pause } from 'node:timers/promises'

/**
 * Runs Python in a request and gives its `result`.
 *
 * @param {import('./run.mjs').Site} site
 * @param {string} source the lines may be indented alike
 * @param {string} [path]
 */
export async function evaluate(site, source, path = '/') {
  const body = Buffer.from(unindent(source))
  const connection = await site.connect()
  try {
    connection.send(
      `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n`,
    )
    connection.send(body)
    const response = await connection.read()
    if (response?.status !== 200) return `${response?.status} ${response?.reason}`
    return JSON.parse(response.body.toString('utf8'))
  } finally {
    connection.close()
  }
}

/** A probe that runs Python in a request. */
export const snippet = (source, path) => site => evaluate(site, source, path)

/** Takes away what all lines begin with. */
export function unindent(source) {
  const lines = source.replace(/^\n/, '').split('\n')
  const depths = lines.filter(line => line.trim()).map(line => /^ */.exec(line)[0].length)
  const depth = Math.min(...depths)
  return lines.map(line => line.slice(depth)).join('\n')
}

/**
 * Asks until the result is true; gives the last one.
 *
 * @param {import('./run.mjs').Site} site
 * @param {string} source
 */
export async function until(site, source) {
  for (let tries = 0; tries < 200; tries++) {
    const answer = await evaluate(site, source)
    if (answer === true) return true
    await pause(50)
  }
  return evaluate(site, source)
}

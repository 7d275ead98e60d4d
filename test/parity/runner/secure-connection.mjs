/** Clients of HTTPS: connections that a probe speaks HTTP/1.1 on. */
import { readFileSync } from 'node:fs'
import { connect } from 'node:tls'
import { Connection } from './connection.mjs'

const certificate = name =>
  readFileSync(new URL(`../certificates/${name}`, import.meta.url), 'utf8')

/** Files of a scenario, by their names: the certificate of the site, one with much in its name, and the authority. */
export const certificateFiles = Object.fromEntries(
  ['site.crt', 'site.key', 'rich.crt', 'rich.key', 'authority.pem'].map(name => [
    name,
    certificate(name),
  ]),
)

/** What clients show. */
export const clients = {
  known: { cert: certificate('client.crt'), key: certificate('client.key') },
  stranger: { cert: certificate('stranger.crt'), key: certificate('stranger.key') },
}

/** Milliseconds until a handshake that does not end is given up. */
const patience = 10_000

/**
 * A connection whose handshake is over.
 *
 * @param {import('./run.mjs').Site} site
 * @param {import('node:tls').ConnectionOptions} [options]
 * @returns {Promise<import('node:tls').TLSSocket>}
 */
export function shakeHands(site, options = {}) {
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: '127.0.0.1',
      port: site.httpsPort,
      servername: 'www.example.com',
      rejectUnauthorized: false,
      ...options,
    })
    socket.setTimeout(patience, () => socket.destroy(new Error('no handshake')))
    socket.once('error', reject)
    socket.once('secureConnect', () => {
      socket.setTimeout(0)
      socket.off('error', reject)
      resolve(socket)
    })
  })
}

/**
 * The same site over HTTPS, for `exchange`.
 *
 * @param {import('./run.mjs').Site} site
 * @param {import('node:tls').ConnectionOptions} [options]
 */
export const secured = (site, options = {}) => ({
  ...site,
  connect: async () => new Connection(await shakeHands(site, options)),
})

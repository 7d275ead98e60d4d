/** Which of the running servers the user means. */
import { exitCode, UserError } from '../base/errors.js'
import type { ServerChoice } from '../settings/control-line.js'
import { realFolder, type ServerFacts } from './server-record.js'

/** Throws {@link UserError} with exit code 1 when none is meant, or more than one. */
export function chooseServer<Server extends ServerFacts>(
  servers: readonly Server[],
  choice: ServerChoice,
): Server {
  const meant = servers.filter(server => isMeant(server, choice))
  if (meant.length === 1) return meant[0]!
  const text = meant.length > 1 ? severalText(meant) : noneText(servers, choice)
  throw new UserError(text, exitCode.failure)
}

function isMeant(server: ServerFacts, { serverRoot, host, port }: ServerChoice): boolean {
  return (
    (serverRoot === null || realFolder(serverRoot) === server.serverRoot) &&
    (host === null || host === server.host) &&
    (port === null || port === server.port)
  )
}

function noneText(servers: readonly ServerFacts[], choice: ServerChoice): string {
  const words = [
    ['--server-root', choice.serverRoot],
    ['--host', choice.host],
    ['--port', choice.port],
  ].flatMap(([option, value]) => (value === null ? [] : [`${option} ${value}`]))
  if (servers.length === 0) {
    return `no server of this user runs${words.length > 0 ? ` (${words.join(' ')})` : ''}`
  }
  return `no server of this user runs with ${words.join(' ')}; there is ${list(servers)}`
}

function severalText(servers: readonly ServerFacts[]): string {
  const ports = new Set(servers.map(({ port }) => port))
  const option = ports.size === servers.length ? '--port' : '--host or --server-root'
  return `${servers.length} servers of this user run: ${list(servers)}; choose one with ${option}`
}

function list(servers: readonly ServerFacts[]): string {
  const texts = [...servers]
    .sort((a, b) => a.port - b.port)
    .map(({ url, host, port, serverRoot, pid }) => {
      return `${url} (--host ${host} --port ${port} --server-root ${serverRoot}, pid ${pid})`
    })
  return texts.join(', ')
}

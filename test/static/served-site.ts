/** A folder of files, a site over it, and a plain Node server in front, for one test. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import {
  openStaticSite,
  respond,
  type StaticOptions,
  type StaticSite,
} from '../../src/static/site.js'

/** 2 January 2020, 03:04:05 UTC. */
export const modified = 1577934245
export const modifiedText = 'Thu, 02 Jan 2020 03:04:05 GMT'

/** A folder of its own, with the files given, each last changed at {@link modified}; removed at the end. */
export function temporaryFolder(files: Readonly<Record<string, string | Buffer>> = {}): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'static-')))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const [name, content] of Object.entries(files)) putFile(join(folder, name), content)
  return folder
}

/** Writes a file, with its folders, and sets the time of its last change. */
export function putFile(path: string, content: string | Buffer, seconds = modified): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content)
  utimesSync(path, seconds, seconds)
}

/** The options of a site over `documentRoot` with an application and nothing else. */
export function optionsFor(documentRoot: string, more: Partial<StaticOptions> = {}): StaticOptions {
  return {
    aliases: [],
    documentRoot,
    mountPoint: '/',
    hasApplication: true,
    directoryIndex: null,
    directoryListing: false,
    mimeTypesFile: null,
    serverHeader: 'Apache',
    ...more,
  }
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export interface ServedSite {
  readonly port: number
  ask(path: string, headers?: Record<string, string>, method?: string): Promise<Answer>
}

/** How a test may change the server around the site. */
export interface Serving {
  readonly now?: () => number
  /** Status that files are sent with, as for an error document. */
  readonly status?: number
  /** Further fields of every head. */
  readonly fields?: readonly string[]
}

/**
 * Serves a site on a port of its own. Server pages are `page <status>` and carry the further fields; what the
 * application would answer is `application`.
 */
export async function serve(options: StaticOptions, serving: Serving = {}): Promise<ServedSite> {
  const site = openStaticSite(options, serving.now)
  const server = createServer((request, response) => {
    const resolution = site.resolve((request.url ?? '').replace(/\?.*/s, ''))
    const page = (status: number, fields: readonly string[]) => {
      response.writeHead(status, [...fields, 'X-Page', 'yes'])
      response.end(`page ${status}`)
    }
    if (resolution.kind === 'redirect') return page(301, ['Location', resolution.location])
    if (
      resolution.kind === 'application' ||
      resolution.kind === 'handler' ||
      resolution.kind === 'script'
    ) {
      response.end(resolution.kind)
      return
    }
    respond(site, resolution, {
      request,
      response,
      serverPage: page,
      ...(serving.status !== undefined && { status: serving.status }),
      writeHead: (status, fields) => {
        response.writeHead(status, [...fields, ...(serving.fields ?? [])])
      },
    })
  })
  const port = await listening(server)
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { port, ask: (path, headers, method) => ask(port, path, headers, method) }
}

/** Opens a site and gives its answer to one path. */
export function resolveIn(options: StaticOptions, path: string): ReturnType<StaticSite['resolve']> {
  return openStaticSite(options).resolve(path)
}

function listening(server: Server): Promise<number> {
  return new Promise(resolve => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })
}

function ask(
  port: number,
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: '127.0.0.1', port, path, method, headers, agent: false })
    request.once('error', reject)
    request.once('response', response => {
      const pieces: Buffer[] = []
      response.on('data', piece => pieces.push(piece as Buffer))
      response.once('error', reject)
      response.once('end', () => {
        const body = Buffer.concat(pieces).toString('latin1')
        resolve({ status: response.statusCode!, headers: response.headers, body })
      })
    })
    request.end()
  })
}

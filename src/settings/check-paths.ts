/**
 * Paths that have to exist. mod_wsgi-express starts without them and then never answers, or ends with a message of
 * Apache; here the command says so and ends. What the site can do without for a while, as the target of an alias,
 * is no mistake: `cli/start-warnings.ts` tells it.
 */
import { type Stats, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { UserError } from '../base/errors.js'
import { isProgram } from '../base/is-program.js'
import { speaksHttps } from './https.js'
import { fromDefault, type Origin, originNote } from './origin.js'
import type { SettingKey, Settings } from './settings.js'

/**
 * Looks for the directories and files that the server cannot do without. Those of --python-path need not
 * exist, as in Python itself.
 *
 * @throws UserError for the first one that is missing or of the wrong kind
 */
export function checkPaths(settings: Settings, origins: ReadonlyMap<SettingKey, Origin>): void {
  const note = (key: SettingKey) => originNote(origins.get(key) ?? fromDefault)
  expectDirectory('--working-directory', settings.workingDirectory, note('workingDirectory'))
  expectDocumentRoot(settings.documentRoot, note('documentRoot'))
  expectFile('--mime-types', settings.mimeTypes, note('mimeTypes'))
  for (const path of settings.includeFile)
    expectIncluded('--include-file', path, note('includeFile'))
  expectIncluded('--rewrite-rules', settings.rewriteRules, note('rewriteRules'))
  expectProgram('--shell-executable', settings.shellExecutable, note('shellExecutable'))
  expectFile('--host-access-script', settings.hostAccessScript, note('hostAccessScript'))
  expectFile('--auth-user-script', settings.authUserScript, note('authUserScript'))
  expectFile('--auth-group-script', settings.authGroupScript, note('authGroupScript'))
  for (const [option, path] of certificates(settings)) expectFile(option, path, '')
}

function expectDirectory(option: string, path: string | null, note: string): void {
  if (path === null || find(path)?.isDirectory()) return
  throw new UserError(
    `${option} expects a directory that exists, got ${JSON.stringify(path)}${note}`,
  )
}

/** One that is missing is made at the start, but not what is above it. */
function expectDocumentRoot(path: string | null, note: string): void {
  if (path === null || find(path)?.isDirectory()) return
  if (find(path) === null && find(dirname(path))?.isDirectory()) return
  throw new UserError(
    `--document-root expects a directory, or a name for one in a directory that exists, got ${JSON.stringify(path)}${note}`,
  )
}

/** The null device is no regular file and yet what the original falls back to. */
function expectFile(option: string, path: string | null, note: string): void {
  if (path === null) return
  const found = find(path)
  if (found !== null && !found.isDirectory()) return
  throw new UserError(`${option} expects a file that exists, got ${JSON.stringify(path)}${note}`)
}

/** Apache takes directories and wildcards as well. */
function expectIncluded(option: string, path: string | null, note: string): void {
  if (path === null || find(path) !== null || /[*?[]/.test(path)) return
  throw new UserError(`${option} expects a file that exists, got ${JSON.stringify(path)}${note}`)
}

function expectProgram(option: string, path: string | null, note: string): void {
  if (path === null || isProgram(path)) return
  throw new UserError(`${option} expects a program, got ${JSON.stringify(path)}${note}`)
}

/** The files that Apache reads for HTTPS, which takes a name, a port, a certificate and its key. */
function certificates(settings: Settings): (readonly [string, string | null])[] {
  const { sslCertificateFile, sslCertificateKeyFile } = settings
  if (!speaksHttps(settings)) return []
  const stem = settings.sslCertificate !== null
  return [
    [stem ? '--ssl-certificate' : '--ssl-certificate-file', sslCertificateFile],
    [stem ? '--ssl-certificate' : '--ssl-certificate-key-file', sslCertificateKeyFile],
    ['--ssl-ca-certificate-file', settings.sslCaCertificateFile],
    ['--ssl-certificate-chain-file', settings.sslCertificateChainFile],
  ]
}

/** Null when there is nothing, or nothing that this user may see. */
function find(path: string): Stats | null {
  try {
    return statSync(path)
  } catch {
    return null
  }
}

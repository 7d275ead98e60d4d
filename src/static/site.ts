/**
 * The static side of a site: which file, directory, script or application answers a path. The order is that
 * of Apache with the configuration which mod_wsgi-express generates: aliases, else the document root;
 * then what the disk has at that name; then the application for what is missing in the document root
 * below the mount point.
 */
import { randomBytes } from 'node:crypto'
import { posix } from 'node:path'
import { type Alias, aliasedName, findAlias, orderAliases } from './aliases.js'
import { Disk, type Found } from './disk.js'
import { FileStore } from './file-store.js'
import { type Grant, grantOf, isGranted } from './grants.js'
import { directoryType, extensionsOf, openMimeTable } from './mime-table.js'
import { rawPath, rawText } from './raw-path.js'
import type { HandlerResolution, Resolution, ScriptResolution } from './resolution.js'
import { TurnCache } from './turn-cache.js'
import { escapePath } from './url-escape.js'

export type { Alias } from './aliases.js'
export { type LoadedFile, type OpenedFile, type Representation, wholeFields } from './file-store.js'
export type {
  ApplicationResolution,
  DirectoryToList,
  HandlerResolution,
  Resolution,
  ScriptResolution,
  StaticFile,
  StaticResolution,
} from './resolution.js'
export { type FileCoder, respond, type SendLoaded, type StaticExchange } from './respond.js'
export { type PieceReceiver, sendPieces } from './send-file.js'

/** What the options say about static files; names are ordinary text. */
export interface StaticOptions {
  /** `--url-alias`, in any order; targets are absolute. */
  readonly aliases: readonly (readonly [urlPath: string, target: string])[]
  /** Of the server itself, tried after those. */
  readonly ownAliases?: readonly (readonly [urlPath: string, target: string])[]
  /** `--document-root`, absolute; may be an empty directory. */
  readonly documentRoot: string
  /** `--mount-point`: `/`, `/app`, or `/app/`. Its directories in the document root need not exist. */
  readonly mountPoint: string
  /** False for `--application-type static`. */
  readonly hasApplication: boolean
  /** `--directory-index`: names, blank separated. */
  readonly directoryIndex: string | null
  /** `--directory-listing`. */
  readonly directoryListing: boolean
  /** `--mime-types`; null: a file of the system, see `openMimeTable`. */
  readonly mimeTypesFile: string | null
  /** Extensions of `--add-handler` and the like, with their dot; files having one of them resolve to `handler`. */
  readonly handlerExtensions?: readonly string[]
  /** No path with this in it is the application's (the status page); null or left out: all are. */
  readonly reservedPath?: string | null
  /** True where who may come is decided by other means (--auth-user-script): what an alias leads to is then served, wherever it is. */
  readonly grantsAll?: boolean
  /** Extension of CGI scripts, with its dot; null without `--with-cgi`. It overrules the others. */
  readonly scriptExtension?: string | null
  /** Value of the `Server` field; null leaves the field to the caller. */
  readonly serverHeader: string | null
}

export interface StaticSite {
  readonly options: StaticOptions
  readonly files: FileStore
  /** Fields that every response starts with. */
  readonly commonFields: readonly string[]
  /** Parts the bodies of multipart responses. */
  readonly boundary: string
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /**
   * Decides what answers a path: decoded, slashes merged, dot segments resolved, `/` first, latin-1
   * characters of the raw bytes. Looks at the disk, but waits for nothing.
   *
   * @param sharesTurn what was found for the path since this turn of the event loop began to read from clients is good enough
   */
  resolve(path: string, sharesTurn?: boolean): Resolution
  /** The file name that a path, as {@link resolve} takes it, is looked for under. */
  nameOf(path: string): string
  /** The content type that a name stands for, whether it is there or not; a directory ends with a slash. */
  typeOf(filename: string): string | undefined
}

/** Opens the static side of a site. */
export function openStaticSite(
  options: StaticOptions,
  now: () => number = () => Date.now(),
): StaticSite {
  const commonFields = options.serverHeader === null ? [] : ['Server', options.serverHeader]
  const typeOf = openMimeTable(options.mimeTypesFile)
  const resolver = new Resolver(options)
  const files = new FileStore({ typeOf, commonFields, now })
  const found = new TurnCache<Resolution>()
  const resolve = (path: string) => resolver.resolve(path, 0)
  return {
    options,
    files,
    commonFields,
    boundary: randomBytes(8).toString('hex'),
    now,
    resolve: (path, sharesTurn = false) => (sharesTurn ? found.get(path, resolve) : resolve(path)),
    nameOf: path => resolver.nameOf(path),
    typeOf: filename => (filename.endsWith('/') ? directoryType : files.typeOf(filename)),
  }
}

/** How many index files may lead to one another: `--directory-index /` would go on for ever. */
const deepestIndex = 10

const nothingThere = { kind: 'refused', status: 404, filename: null } as const
const forbidden = { kind: 'refused', status: 403 } as const

class Resolver {
  readonly #aliases: readonly Alias[]
  readonly #grants: Grant[]
  readonly #disk: Disk
  readonly #documentRoot: string
  /** What is missing below this directory belongs to the application; null without one. */
  readonly #applicationRoot: string | null
  readonly #indexNames: readonly string[] | null
  readonly #lists: boolean
  readonly #reserved: string | null
  readonly #handlers: ReadonlyMap<string, 'handler' | 'script'>

  constructor(options: StaticOptions) {
    const documentRoot = rawPath(`${options.documentRoot}/`)
    const mountPoint = rawPath(`/${options.mountPoint}/`)
    this.#documentRoot = documentRoot
    this.#disk = new Disk(parentsBelow(documentRoot, mountPoint))
    const open = (pairs: StaticOptions['aliases']) =>
      pairs.map(([urlPath, target]) => this.#openTarget(urlPath, target))
    const targets = open(options.aliases)
    const own = open(options.ownAliases ?? [])
    this.#aliases = [...ordered(targets), ...ordered(own)]
    this.#grants =
      options.grantsAll === true
        ? [grantOf('/', false)]
        : [...targets, ...own].map(({ grant }) => grant).concat(grantOf(documentRoot, false))
    this.#applicationRoot = options.hasApplication
      ? posix.normalize(`${documentRoot}${mountPoint}`)
      : null
    this.#indexNames = indexNames(options.directoryIndex)
    this.#lists = options.directoryListing
    this.#reserved = options.reservedPath ?? null
    this.#handlers = handlersOf(options)
  }

  /** An alias that names a file may have a slash behind it; whether it does name one is asked once, at start. */
  #openTarget(urlPath: string, target: string): Alias & { readonly grant: Grant } {
    const directory = rawPath(target)
    const file = directory.replace(/(.)\/$/, '$1')
    const isFile = this.#disk.look(file).type === 'file'
    const opened = isFile ? file : directory
    return { urlPath: rawText(urlPath), target: opened, grant: grantOf(opened, isFile) }
  }

  resolve(path: string, depth: number): Resolution {
    if (!isCanonical(path)) return nothingThere
    const found = this.#find(path)
    if (found.type === 'denied' || !isGranted(this.#grants, found)) return forbidden
    if (found.type === 'directory') return this.#resolveDirectory(path, found.directory, depth)
    const scriptName = path.slice(0, path.length - found.pathInfo.length)
    const { filename, pathInfo } = found
    if (found.type !== 'file' && this.#belongsToApplication(path, found.directory)) {
      return { kind: 'application', scriptFilename: filename, scriptName, pathInfo }
    }
    const exists = found.type === 'file'
    const handler = this.#handlerOf(path, {
      exists,
      scriptFilename: filename,
      scriptName,
      pathInfo,
    })
    if (handler !== null) return handler
    if (found.type === 'missing' || pathInfo !== '') {
      return { kind: 'refused', status: 404, filename }
    }
    return { kind: 'file', file: { path: filename, stats: found.stats } }
  }

  nameOf(path: string): string {
    const alias = findAlias(this.#aliases, path)
    return alias === undefined ? this.#documentRoot + path.slice(1) : aliasedName(alias, path)
  }

  #find(path: string): Found {
    const alias = findAlias(this.#aliases, path)
    // An alias may lead anywhere, so only the root of the disk is known to be there.
    if (alias !== undefined) return this.#disk.find(aliasedName(alias, path), 1)
    return this.#disk.find(this.#documentRoot + path.slice(1), this.#documentRoot.length)
  }

  #resolveDirectory(path: string, directory: string, depth: number): Resolution {
    const forApplication = this.#indexNames === null && this.#belongsToApplication(path, directory)
    if (!path.endsWith('/')) {
      const location = escapePath(`${path}/`)
      return { kind: 'redirect', location, directory, forApplication }
    }
    const inDocumentRoot = directory.startsWith(this.#documentRoot)
    const index = this.#findIndex(path, inDocumentRoot, depth)
    if (index !== null) return index
    if (forApplication) {
      return { kind: 'application', scriptFilename: directory, scriptName: path, pathInfo: '' }
    }
    if (!this.#lists) return nothingThere
    return {
      kind: 'listing',
      directory: {
        path: directory,
        urlPath: path,
        listed: inDocumentRoot,
        indexNames: this.#indexNamesOf(inDocumentRoot),
      },
    }
  }

  /**
   * The first index file that is there, or the redirect of a directory of that name. A name that may not be
   * looked at refuses the directory, unless another one is there.
   */
  #findIndex(path: string, inDocumentRoot: boolean, depth: number): Resolution | null {
    if (depth >= deepestIndex) return null
    const names = this.#indexNamesOf(inDocumentRoot)
    let refused: Resolution | null = null
    for (const name of names) {
      const index = this.resolve(name.startsWith('/') ? name : path + name, depth + 1)
      if (isIndex(index)) return index
      if (index.kind === 'refused' && index.status === 403) refused = index
    }
    return refused
  }

  #indexNamesOf(inDocumentRoot: boolean): readonly string[] {
    return (inDocumentRoot ? this.#indexNames : null) ?? defaultIndexNames
  }

  #belongsToApplication(path: string, directory: string): boolean {
    if (this.#reserved !== null && path.includes(this.#reserved)) return false
    return this.#applicationRoot !== null && directory.startsWith(this.#applicationRoot)
  }

  #handlerOf(
    path: string,
    script: Omit<HandlerResolution, 'kind' | 'extension' | 'alias'>,
  ): HandlerResolution | ScriptResolution | null {
    if (this.#handlers.size === 0) return null
    const { scriptFilename } = script
    // The last extension that has a handler counts.
    const name = extensionsOf(scriptFilename).findLast(name => this.#handlers.has(name))
    if (name === undefined) return null
    const extension = scriptFilename.slice(scriptFilename.lastIndexOf('.'))
    const alias = findAlias(this.#aliases, path) ?? null
    if (this.#handlers.get(name) === 'handler') {
      return { kind: 'handler', extension, alias, ...script }
    }
    const runs = scriptFilename.startsWith(this.#documentRoot)
    return { kind: 'script', runs, extension, alias, ...script }
  }
}

function ordered(aliases: readonly Alias[]): Alias[] {
  return orderAliases(aliases.map(({ urlPath, target }) => [urlPath, target]))
}

function handlersOf({ handlerExtensions = [], scriptExtension = null }: StaticOptions) {
  const nameOf = (extension: string) => extension.slice(1).toLowerCase()
  const handlers = new Map<string, 'handler' | 'script'>(
    handlerExtensions.map(extension => [nameOf(extension), 'handler']),
  )
  if (scriptExtension !== null) handlers.set(nameOf(scriptExtension), 'script')
  return handlers
}

/** The index name where none is given, or where the given ones do not reach. */
const defaultIndexNames: readonly string[] = ['index.html']

function indexNames(text: string | null): readonly string[] | null {
  const names = (text ?? '').split(/[ \t\r\n]+/).flatMap(name => (name === '' ? [] : rawText(name)))
  if (names.length === 0) return null
  return names.length === 1 && /^disabled$/i.test(names[0] ?? '') ? [] : names
}

function isIndex(resolution: Resolution): boolean {
  switch (resolution.kind) {
    case 'file':
      return resolution.file.stats.isFile()
    case 'handler':
    case 'script':
      return resolution.exists
    default:
      return resolution.kind === 'redirect'
  }
}

/**
 * The caller has resolved dot segments; should one come through it must not lead out of the site, and a NUL
 * would end a name early.
 */
function isCanonical(path: string): boolean {
  if (!path.startsWith('/') || path.includes('\0')) return false
  return !(path.includes('/..') && path.split('/').includes('..'))
}

/**
 * The directories of a mount point in the document root, which mod_wsgi-express makes at start and which
 * count as present here.
 *
 * @example
 * parentsBelow('/srv/', '/a/b/') // ['/srv/a', '/srv/a/b']
 */
function parentsBelow(documentRoot: string, mountPoint: string): string[] {
  const names = mountPoint.split('/').filter(name => name !== '')
  return names.map((_, index) => documentRoot + names.slice(0, index + 1).join('/'))
}

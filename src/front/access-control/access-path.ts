/** Where a request stands in the site before anything answers it: as the scripts of access control see its path. */
import type { Resolution } from '../../static/resolution.js'

export interface AccessPath {
  /** The file, or where one would be. */
  readonly filename: string
  readonly scriptName: string
  readonly pathInfo: string
}

/** @param path decoded */
export function accessPath(path: string, resolution: Resolution): AccessPath {
  switch (resolution.kind) {
    case 'application':
    case 'handler':
    case 'script': {
      const { scriptFilename: filename, scriptName, pathInfo } = resolution
      return { filename, scriptName, pathInfo }
    }
    case 'file':
      return { filename: resolution.file.path, scriptName: path, pathInfo: '' }
    case 'listing':
      return { filename: resolution.directory.path, scriptName: path, pathInfo: '' }
    case 'redirect':
      return { filename: resolution.directory, scriptName: path, pathInfo: '' }
    default: {
      const filename = resolution.status === 404 ? resolution.filename : null
      const end = filename === null ? path.length : endOfName(path, filename)
      return {
        filename: filename ?? path,
        scriptName: path.slice(0, end),
        pathInfo: path.slice(end),
      }
    }
  }
}

/** Where the part of the path ends that stands for a file: at the first component that has its name. */
function endOfName(path: string, filename: string): number {
  const name = filename.slice(filename.lastIndexOf('/'))
  for (let end = path.indexOf('/', 1); end >= 0; end = path.indexOf('/', end + 1)) {
    if (path.slice(0, end).endsWith(name)) return end
  }
  return path.length
}

/** The path of the index file that answers for a directory, which Apache checks as well; null: none does. */
export function indexPath(path: string, resolution: Resolution): AccessPath | null {
  if (!path.endsWith('/')) return null
  const filename = indexName(resolution)
  if (filename === null) return null
  const scriptName = path + filename.slice(filename.lastIndexOf('/') + 1)
  return { filename, scriptName, pathInfo: '' }
}

function indexName(resolution: Resolution): string | null {
  switch (resolution.kind) {
    case 'file':
      return resolution.file.path
    case 'handler':
    case 'script':
      return resolution.scriptFilename
    default:
      return null
  }
}

/** The directory itself, whose index file has been found. */
export function directoryPath(path: string, { filename }: AccessPath): AccessPath {
  return {
    filename: filename.slice(0, filename.lastIndexOf('/') + 1),
    scriptName: path,
    pathInfo: '',
  }
}

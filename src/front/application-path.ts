/** Where a request for the application, or for a script of --add-handler, stands in the site. */
import type { ApplicationResolution, HandlerResolution } from '../static/site.js'
import type { ApplicationPath } from './environ.js'

/** @param mountPoint `/` or `/app` */
export function applicationPath(
  mountPoint: string,
  path: string,
  { scriptFilename, scriptName, pathInfo }: ApplicationResolution,
): ApplicationPath {
  // One with slashes that a path cannot have is never seen.
  const mount = mountPoint !== '/' && path.startsWith(mountPoint) ? mountPoint : ''
  return {
    scriptName: mount,
    pathInfo: path.slice(mount.length),
    scriptFilename,
    rawScriptName: scriptName,
    rawPathInfo: pathInfo,
  }
}

/** A script of --add-handler sees the file as the script, whatever the mount point. */
export function scriptPath({
  scriptName,
  pathInfo,
  scriptFilename,
}: HandlerResolution): ApplicationPath {
  return {
    scriptName,
    pathInfo,
    scriptFilename,
    rawScriptName: scriptName,
    rawPathInfo: pathInfo,
  }
}

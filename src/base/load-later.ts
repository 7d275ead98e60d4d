import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

/**
 * Gives a function that loads a CommonJS package, or a module of Node, when it is first called. For those
 * that not every run needs, or not before the workers are started: a cold import of a package takes 5 to
 * 15 ms of a start that takes 150, that of a module of Node about one.
 */
export function loadLater<Package>(name: string): () => Package {
  let loaded: { readonly exports: Package } | null = null
  return () => {
    loaded ??= { exports: require(name) as Package }
    return loaded.exports
  }
}

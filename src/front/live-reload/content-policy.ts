/**
 * Whether a Content-Security-Policy lets a page load our script and listen to our event stream (CSP level 3, 6.7). The
 * policy stays as it is: what it forbids is not done.
 */

/** A page may have the script. */
export interface Permission {
  /** Has to stand in its tag. */
  readonly nonce: string | null
  /** Whether the page may listen through a worker, as others do: the attempt would be reported as a violation. */
  readonly mayShare: boolean
}

/**
 * @param policies value of the field: policies between commas, all of which have to agree; null: there is none
 * @returns null where the script would not run, or could not listen
 *
 * @example
 * permissionOf("script-src 'nonce-abc'; connect-src 'self'") // { nonce: 'abc', mayShare: false }
 * permissionOf("default-src 'none'") // null
 */
export function permissionOf(policies: string | null): Permission | null {
  if (policies === null) return free
  let nonce: string | null = null
  let mayShare = true
  for (const text of policies.split(',')) {
    const policy = parsePolicy(text)
    if (!mayListen(policy)) return null
    const ofWorkers = sourcesOf(policy, ['worker-src', 'child-src', 'script-src', 'default-src'])
    mayShare &&= ofWorkers === null || allowsOwnSite(ofWorkers, true)
    const sources = sourcesOf(policy, ['script-src-elem', 'script-src', 'default-src'])
    if (sources === null) continue
    const own = nonceOf(sources)
    if (own === null && !allowsOwnSite(sources, true)) return null
    // One tag has one nonce.
    if (own !== null && nonce !== null && own !== nonce) return null
    nonce = own ?? nonce
  }
  return { nonce, mayShare }
}

const free: Permission = { nonce: null, mayShare: true }

type Policy = ReadonlyMap<string, readonly string[]>

function parsePolicy(text: string): Policy {
  const policy = new Map<string, string[]>()
  for (const directive of text.split(';')) {
    const [name, ...words] = directive.trim().split(/[ \t\f]+/)
    const key = name!.toLowerCase()
    // The first of a name counts.
    if (key !== '' && !policy.has(key)) policy.set(key, words)
  }
  return policy
}

/** The stream is asked for by the page's own origin, which a sandbox may take away, as it may forbid scripts. */
function mayListen(policy: Policy): boolean {
  const sandbox = policy.get('sandbox')
  if (sandbox !== undefined) {
    const allowed = sandbox.map(word => word.toLowerCase())
    if (!allowed.includes('allow-scripts') || !allowed.includes('allow-same-origin')) return false
  }
  const sources = sourcesOf(policy, ['connect-src', 'default-src'])
  return sources === null || allowsOwnSite(sources, false)
}

/** The sources of the first directive that is there. */
function sourcesOf(policy: Policy, names: readonly string[]): readonly string[] | null {
  for (const name of names) {
    const sources = policy.get(name)
    if (sources !== undefined) return sources
  }
  return null
}

/** Anything else would not be a nonce, and could end the attribute. */
function nonceOf(sources: readonly string[]): string | null {
  for (const source of sources) {
    const found = /^'nonce-([A-Za-z0-9+/_-]+={0,2})'$/i.exec(source)
    if (found !== null) return found[1]!
  }
  return null
}

/** @param ofScripts 'strict-dynamic' counts, beside which places do not */
function allowsOwnSite(sources: readonly string[], ofScripts: boolean): boolean {
  const words = sources.map(source => source.toLowerCase())
  if (ofScripts && words.includes("'strict-dynamic'")) return false
  return words.some(word => word === "'self'" || word === '*' || word === 'http:')
}

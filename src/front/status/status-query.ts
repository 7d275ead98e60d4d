/** What the status page is asked for, as mod_status reads it: words that are looked for anywhere in the query. */

export interface StatusQuery {
  /** Text for programs instead of the page. */
  readonly auto: boolean
  /** Without the tables of HTML. */
  readonly noTable: boolean
  /** Seconds after which a browser is to ask again; null: not at all. */
  readonly refresh: number | null
}

/** @param query without the question mark */
export function parseStatusQuery(query: string): StatusQuery {
  return {
    auto: query.includes('auto'),
    noTable: query.includes('notable'),
    refresh: query.includes('refresh') ? refreshSeconds(query) : null,
  }
}

const defaultRefresh = 10

function refreshSeconds(query: string): number {
  const given = /^=\s*(\d+)/.exec(query.slice(query.indexOf('refresh') + 'refresh'.length))
  return Number(given?.[1] ?? 0) || defaultRefresh
}

/** Whether a path is that of the page: also below it, as `<Location /server-status>` has it. */
export function isStatusPath(path: string): boolean {
  return path === statusPath || path.startsWith(`${statusPath}/`)
}

/** The application of the original gets no path that has this in it. */
export const statusPath = '/server-status'

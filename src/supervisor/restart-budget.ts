/**
 * How many workers may die while they start before starting another is pointless, and how long to wait
 * between two attempts. Pure: time is an argument.
 */

/** What to do after a worker died before it was ready. */
export type RestartDecision =
  | { readonly kind: 'again'; readonly afterMilliseconds: number }
  /** Wait until something changes: a file, or an order. */
  | { readonly kind: 'spent'; readonly attempts: number }

export interface RestartBudget {
  /** A worker died before it was ready. */
  startFailed(): RestartDecision
  /** A worker became ready, or the code changed: count anew. */
  reset(): void
}

/** First wait between two attempts; it doubles up to the longest. */
const firstWait = 100
const longestWait = 2000

/**
 * @param attempts deaths in a row that spend the budget; Infinity: try for ever, as mod_wsgi does
 */
export function createRestartBudget(attempts: number): RestartBudget {
  let failures = 0
  return {
    startFailed() {
      failures++
      if (failures >= attempts) return { kind: 'spent', attempts: failures }
      const afterMilliseconds = Math.min(longestWait, firstWait * 2 ** Math.min(failures - 1, 10))
      return { kind: 'again', afterMilliseconds }
    },
    reset() {
      failures = 0
    },
  }
}

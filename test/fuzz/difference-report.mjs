/** The differences between two tools, for people: those of one kind together. */

/** Examples of each kind. */
const mostExamples = 3

/** Most characters of an input that are shown. */
const longest = 400

/**
 * @param {Awaited<ReturnType<import('./compare.mjs').compareTools>>} differences
 * @returns {string[]} lines
 */
export function reportDifferences(differences) {
  /** @type {Map<string, typeof differences>} */
  const kinds = new Map()
  for (const difference of differences) {
    const kind = kindOf(difference)
    kinds.set(kind, [...(kinds.get(kind) ?? []), difference])
  }
  return [...kinds]
    .sort(([, one], [, other]) => other.length - one.length)
    .flatMap(([kind, all]) => [
      `${all.length} x ${kind}`,
      ...all.slice(0, mostExamples).flatMap(example),
    ])
}

/** The row that allows it, or where the answers first differ. */
function kindOf({ real, own, row }) {
  if (row !== null) return `on purpose: ${row}`
  const parts = ['first', 'closes', 'more', 'seen'].filter(
    part => JSON.stringify(real[part]) !== JSON.stringify(own[part]),
  )
  const answers = [real, own].map(({ first, more }) => [...first, ...more])
  const at = answers[0].findIndex((line, at) => line !== answers[1][at])
  const lines = at < 0 ? '' : `: ${answers[0][at]} / ${answers[1][at]}`
  return parts.join(', ') + lines
}

function example({ input, real, own }) {
  const shown = JSON.stringify(input.bytes.toString('latin1')).slice(0, longest)
  return [
    `  ${input.number} (${input.shape}) ${shown}`,
    `    real ${JSON.stringify(real).slice(0, longest)}`,
    `    own  ${JSON.stringify(own).slice(0, longest)}`,
  ]
}

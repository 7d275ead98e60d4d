/** The results as lines for a terminal, and as the table of docs/reliability.md. */

/** @typedef {import('./run.mjs').Row} Row */

const columns = ['sent', 'answered', 'left', 'refused', 'failed', 'lost']

/**
 * Sample: `killed (SIGKILL): 12000 sent, 11873 answered, 127 failed, 0 lost; full strength after 312 ms; 29 kills`
 *
 * @param {Row} row
 */
export function lineOf(row) {
  const counts = columns
    .filter(column => row.sent > 0 && (countOf(row, column) > 0 || column === 'lost'))
    .map(column => `${countOf(row, column)} ${column}`)
    .join(', ')
  const strength = row.recovery === null ? '' : `full strength after ${recoveryOf(row)}`
  const parts = [counts, strength, row.note].filter(part => part !== '')
  const wrong = [...row.lost.slice(0, 5), ...row.wrong].map(text => `\n    WRONG: ${text}`)
  return `${row.name}: ${parts.join('; ')}${wrong.join('')}`
}

/**
 * @param {readonly Row[]} rows
 */
export function tableOf(rows) {
  const lines = rows.map(row => {
    const counts = columns.map(column => (row.sent === 0 ? '' : String(countOf(row, column))))
    const note = [row.note, ...row.wrong].filter(text => text !== '').join('; ')
    return `| ${[row.name, ...counts, recoveryOf(row), note].join(' | ')} |`
  })
  return [
    '| fault | sent | answered | left by the client | refused | failed | lost | full strength after | |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |',
    ...lines,
  ].join('\n')
}

/** True for a row of which everything is as it has to be. */
export function isInOrder({ lost, wrong }) {
  return lost.length === 0 && wrong.length === 0
}

function countOf(row, column) {
  return column === 'lost' ? row.lost.length : row[column]
}

function recoveryOf({ recovery }) {
  return recovery === null ? '' : `${Math.round(recovery)} ms`
}

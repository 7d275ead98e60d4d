import { describe, expect, test } from 'vitest'
import { commandRows } from '../../src/settings/commands.js'
import { commandHelp, mainHelp, pageWidth } from '../../src/settings/help.js'
import { allOptions, optionsFor } from '../../src/settings/options.js'

const startServer = commandRows[0]
const runModWsgi = commandRows.find(({ name }) => name === 'runmodwsgi')!

describe('commandHelp()', () => {
  const text = commandHelp(startServer, 80)

  test.each([startServer, runModWsgi])(
    'lists every option of $name but the hidden ones',
    command => {
      const page = commandHelp(command, 80)
      const listed = [...page.matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)].map(match => match[1])
      const expected = optionsFor(command.name).filter(row => !row.hidden)
      expect(listed).toEqual(expected.map(row => row.name))
    },
  )

  test('shows value names, defaults and repetition', () => {
    expect(text).toContain(
      '  --port NUMBER\n      TCP port for HTTP; 0 takes any free one [default 8000]\n',
    )
    expect(text).toContain('[may be repeated]')
  })

  test('marks what has no effect', () => {
    const flat = text.replace(/\s+/g, ' ')
    for (const row of allOptions.filter(row => row.parity !== 'works' && !row.hidden)) {
      expect(flat).toContain(row.parity === 'inert' ? `no effect: ${row.why}` : 'not yet]')
    }
  })

  test('keeps to the width', () => {
    for (const width of [60, 80, 100]) {
      const lines = commandHelp(startServer, width).split('\n')
      const long = lines.filter(line => line.length > width && !line.startsWith('  --'))
      expect(long).toEqual([])
    }
  })

  test.each(commandRows)('begins with the usage of $name', row => {
    expect(commandHelp(row, 80)).toMatch(new RegExp(`^Usage: modwsgi-dev ${row.name}`))
  })

  test('lists no options where there are none', () => {
    expect(commandHelp(commandRows[3], 80)).not.toContain('--')
  })
})

test('mainHelp() lists every command', () => {
  const text = mainHelp(80)
  for (const row of commandRows) expect(text).toContain(`  ${row.name} `)
})

test.each([
  [undefined, 80],
  ['', 80],
  ['wide', 80],
  ['90', 90],
  ['20', 40],
  ['250', 100],
])('pageWidth() makes of COLUMNS %j %d', (columns, width) => {
  expect(pageWidth(columns === undefined ? {} : { COLUMNS: columns })).toBe(width)
})

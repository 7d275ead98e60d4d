// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${NAME} is what users write
import { expect, test } from 'vitest'
import { expandVariables } from '../../src/settings/expand-variables.js'

const environment = { HOME: '/home/me', A: '$B', B: 'no', EMPTY: '' }

test.each([
  ['$HOME/site', '/home/me/site'],
  ['${HOME}site', '/home/mesite'],
  ['--document-root=$HOME', '--document-root=/home/me'],
  ['$A', '$B'],
  ['x${EMPTY}y', 'xy'],
  ['$HOMER ${NOT SET} $', '$HOMER ${NOT SET} $'],
  ['${}', '${}'],
  ['${HOME', '${HOME'],
])('expandVariables() turns %j into %j', (text, expanded) => {
  expect(expandVariables(text, environment)).toBe(expanded)
})

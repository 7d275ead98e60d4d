import { expect, test } from 'vitest'
import { serviceUnitText } from '../../src/cli/service-unit.js'

const unit = { controlScript: '/srv/site/apachectl', serverRoot: '/srv/site', stopTimeout: 15 }

test('a unit runs the server in the foreground and ends it by a signal to it alone', () => {
  const lines = serviceUnitText(unit).split('\n')
  expect(lines).toEqual(
    expect.arrayContaining([
      'Description=WSGI site of /srv/site',
      'Type=exec',
      'ExecStart=/bin/sh "/srv/site/apachectl" start -DFOREGROUND',
      'ExecReload=/bin/sh "/srv/site/apachectl" graceful',
      'KillMode=mixed',
      'TimeoutStopSec=15',
      'Restart=on-failure',
    ]),
  )
})

test('a unit takes paths of any characters as they are', () => {
  const odd = '/srv/a "b" \'c\' \\ $HOME %n\nline'
  const text = serviceUnitText({ ...unit, controlScript: odd, serverRoot: odd })
  expect(text).toContain(
    `ExecStart=/bin/sh "/srv/a \\"b\\" 'c' \\\\ $$HOME %%n\\nline" start -DFOREGROUND\n`,
  )
  expect(text).toContain(`Description=WSGI site of /srv/a "b" 'c'   $HOME %%n line\n`)
})

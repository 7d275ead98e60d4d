import { expect, test } from 'vitest'
import { httpsWarnings } from '../../src/cli/https-warnings.js'
import { defaultSettings, type Settings } from '../../src/settings/settings.js'

const spoken = {
  httpsPort: 8443,
  sslCertificateFile: '/a.crt',
  sslCertificateKeyFile: '/a.key',
  serverName: 'example.test',
}

const rows: [given: Partial<Settings>, warnings: string[]][] = [
  [{}, []],
  [spoken, []],
  [{ httpsPort: 8443, httpsDev: true }, []],
  [
    { ...spoken, serverName: null },
    [
      '--https-port 8443 has no effect without --server-name: HTTPS is not spoken. --https-dev does without',
    ],
  ],
  [
    { httpsPort: 8443 },
    [
      '--https-port 8443 has no effect without --ssl-certificate-file, --ssl-certificate-key-file and --server-name: HTTPS is not spoken. --https-dev does without',
    ],
  ],
  [
    { ...spoken, sslVerifyClient: ['/a'] },
    ['--ssl-verify-client has no effect without --ssl-ca-certificate-file'],
  ],
  [{ ...spoken, hstsPolicy: 'max-age=1' }, ['--hsts-policy has no effect without --https-only']],
  [{ ...spoken, hstsPolicy: 'max-age=1', httpsOnly: true }, []],
  [{ httpsOnly: true }, ['--https-only has no effect without --server-name']],
  [
    { httpsOnly: true, serverName: 'example.test' },
    ['--https-only sends every request to HTTPS, which is not spoken'],
  ],
]

test.each(rows)('httpsWarnings(%j)', (given, warnings) => {
  expect(httpsWarnings({ ...defaultSettings, ...given })).toEqual(warnings)
})

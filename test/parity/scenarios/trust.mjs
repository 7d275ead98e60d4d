/** What a proxy in front says of its client, and whose word counts (--trust-proxy-header, --trust-proxy). */

const keys =
  /^(REMOTE_ADDR|HTTP_HOST|SERVER_(NAME|PORT)|HTTPS|wsgi\.url_scheme|REQUEST_SCHEME|SCRIPT_NAME|PATH_INFO|REQUEST_URI|mod_wsgi\.(mount_point|script_name|path_info)|HTTP_X_.*|REDIRECT_(REMOTE_ADDR|HTTP_HOST|SCRIPT_NAME|mod_wsgi\.mount_point))$/

/** The keys that a proxy may have a say in. */
async function environOf(site, fields, target = '/a/b') {
  const connection = await site.connect()
  try {
    const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')
    connection.send(`GET ${target} HTTP/1.1\r\nHost: localhost\r\n${lines}\r\n`)
    const { status, body } = await connection.read()
    if (status !== 200) return status
    const environ = JSON.parse(body.toString('latin1'))
    return Object.fromEntries(Object.entries(environ).filter(([key]) => keys.test(key)))
  } finally {
    connection.close()
  }
}

/** Every field of which a proxy could be believed. */
const everything = [
  ['X-Forwarded-For', '1.1.1.1, 2.2.2.2'],
  ['X-Client-IP', '3.3.3.3'],
  ['X-Real-IP', '4.4.4.4'],
  ['X-Forwarded-Host', 'forwarded.example:81'],
  ['X-Host', 'x-host.example'],
  ['X-Forwarded-Server', 'server.example'],
  ['X-Forwarded-Port', '8443'],
  ['X-Script-Name', '/pre'],
  ['X-Forwarded-Script-Name', '/forwarded'],
  ['X-Forwarded-Proto', 'https'],
  ['X-Forwarded-Scheme', 'HTTP'],
  ['X-Scheme', 'https'],
  ['X-Forwarded-HTTPS', 'on'],
  ['X-Forwarded-SSL', 'off'],
  ['X-HTTPS', '1'],
]

const one = (name, values) =>
  Object.fromEntries(
    values.map(value => [`${name}: ${value}`, site => environOf(site, [[name, value]])]),
  )

const header = '--trust-proxy-header'

/** One scenario for each field, alone and among all the others. */
function trusting(name, values, more = []) {
  return {
    name: `trust ${name}${more.length > 0 ? ` with ${more.join(' ')}` : ''}`,
    arguments: [header, name, ...more],
    probes: {
      'no field': site => environOf(site, []),
      'all fields': site => environOf(site, everything),
      twice: site =>
        environOf(site, [
          [name, values[0]],
          [name.toUpperCase(), values.at(-1)],
        ]),
      empty: site => environOf(site, [[name, '']]),
      ...one(name, values),
    },
  }
}

const addresses = [
  '1.2.3.4',
  '1.2.3.4, 5.6.7.8',
  ', ,1.2.3.4 ,5.6.7.8,',
  '2001:db8::1',
  'unknown',
  '1.2.3.4:80',
]
const words = ['https', 'HTTPS', 'http', 'on', 'off', '1', '0', 'true', 'FALSE', 'ftp', ' https ']
const names = ['/pre', '/pre/', 'pre', '/a//b', '/']

const chains = [
  '1.2.3.4',
  '127.0.0.1',
  '1.2.3.4, 5.6.7.8',
  '1.2.3.4, 9.9.9.9, 5.6.7.8',
  '1.2.3.4, 5.6.7.9, 9.9.9.9, 5.6.7.8,  5.6.7.1',
  '5.6.7.8, 5.6.7.9',
  'nobody, 5.6.7.8',
  '5.6.7.8, nobody',
  '1.2.3.4, 5.6.7.8:80',
  '1.2.3.4, ::ffff:5.6.7.8',
  '1.2.3.4, fe80::1',
  '1.2.3.4, fe90::1, fe80::2',
  ', 1.2.3.4,, 5.6.7.8,',
  ',',
]

const chained = {
  name: 'trust X-Forwarded-For of proxies that are named',
  arguments: [header, 'X-Forwarded-For', '--trust-proxy', '127.0.0.1', '--trust-proxy'].concat(
    '5.6.7.0/24',
    '--trust-proxy',
    'fe80::/16',
  ),
  probes: { ...one('X-Forwarded-For', chains), 'all fields': site => environOf(site, everything) },
}

const whole = everything.map(([name]) => name)

/** Whether the peer, 127.0.0.1, is one of them. */
const peers = [
  '10.0.0.1',
  '127.0.0.2',
  '127.0.0.0/8',
  '127.0.0.1/32',
  '127.0.0.0/31',
  '127.0.0.2/31',
  '127.0.0.1/255.0.0.255',
  '127.1.0.0/255.0.0.255',
  '127',
  '127.0',
  '127.1',
  '127.0.0.',
  '10.0.0.1 127.0.0.1',
  '::1',
].map(notation => ({
  name: `trust the proxy ${notation}`,
  arguments: [header, 'X-Forwarded-Proto', '--trust-proxy', notation],
  probes: {
    'its word': site =>
      environOf(site, [
        ['X-Forwarded-Proto', 'https'],
        ['X-Scheme', 'https'],
        ['X-Real-IP', '6.6.6.6'],
      ]),
  },
}))

/** @type {import('../runner/run.mjs').Scenario} */
const log = {
  name: 'trust proxies, and the access log',
  arguments: [
    header,
    'X-Forwarded-For',
    '--access-log',
    '--access-log-format',
    '%h %a %{REMOTE_ADDR}e',
  ],
  probes: {
    'address of the client': async site => {
      await environOf(site, [['X-Forwarded-For', '1.2.3.4']])
      const [line] = await site.server.logged(/^.+$/m, 'access_log')
      return line
    },
  },
}

export default [
  trusting('X-Forwarded-For', addresses),
  trusting('X-Client-IP', addresses),
  trusting('X-Real-IP', addresses),
  trusting('X-Forwarded-Host', ['h.example:8443', 'H.Example', 'a b']),
  trusting('X-Host', ['h.example']),
  trusting('X-Forwarded-Server', ['s.example', 'S <b>']),
  trusting('X-Forwarded-Port', ['8443', 'x']),
  trusting('X-Script-Name', names),
  trusting('X-Forwarded-Script-Name', names, ['--mount-point', '/a']),
  trusting('X-Forwarded-Proto', words),
  trusting('x-forwarded-scheme', words),
  trusting('X-Scheme', words, ['--setenv', 'HTTPS', 'on']),
  trusting('X-Forwarded-HTTPS', words),
  trusting('X-Forwarded-SSL', words, ['--setenv', 'HTTPS', '1']),
  trusting('X-HTTPS', words),
  trusting('X-Other', ['x']),
  {
    name: 'trust every field',
    arguments: whole.flatMap(name => [header, name]),
    probes: { 'all fields': site => environOf(site, everything) },
  },
  {
    name: 'trust every field, named the other way round in one value',
    arguments: [header, whole.toReversed().join(' ')],
    probes: { 'all fields': site => environOf(site, everything) },
  },
  {
    name: 'trust every field of another proxy',
    arguments: [header, whole.join(' '), '--trust-proxy', '10.0.0.1'],
    probes: { 'all fields': site => environOf(site, everything) },
  },
  {
    name: 'trust proxies, but none of their fields',
    arguments: ['--trust-proxy', '127.0.0.1'],
    probes: { 'all fields': site => environOf(site, everything) },
  },
  chained,
  ...peers,
  log,
]

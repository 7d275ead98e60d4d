import { expect, test } from 'vitest'
import { hostNames } from '../../../src/front/hosts/host-names.js'
import {
  type VirtualHost,
  type VirtualHostOptions,
  VirtualHosts,
} from '../../../src/front/hosts/virtual-hosts.js'

test.each([
  ['example.com', 'example.com', true],
  ['Example.COM', 'example.com', true],
  ['example.com', 'www.example.com', false],
  ['*.x.com', 'a.b.x.com', true],
  ['*.x.com', '.x.com', true],
  ['*.x.com', 'x.com', false],
  ['*.X.com', 'a.x.com', true],
  ['y?.com', 'ya.com', true],
  ['y?.com', 'y.com', false],
  ['y?.com', 'yab.com', false],
  ['a*b*c', 'aXbXbXc', true],
  ['a*b*c', 'aXbX', false],
  ['*', '', true],
  ['a**', 'a', true],
  ['[a].com', 'a.com', false],
])('hostNames() of alias %j for %j gives %j', (alias, host, means) => {
  expect(hostNames('main', [alias])(host)).toBe(means)
})

test('hostNames() takes no wildcards in the name itself', () => {
  expect(hostNames('*.x.com')('a.x.com')).toBe(false)
})

test('hostNames() takes no time for a pattern of many stars', () => {
  expect(hostNames('main', ['*a'.repeat(40)])('a'.repeat(250))).toBe(true)
  expect(hostNames('main', [`${'*a'.repeat(40)}b`])('a'.repeat(250))).toBe(false)
})

const plain: VirtualHostOptions = {
  serverName: 'www.example.com',
  aliases: ['*.x.com'],
  allowLocalhost: false,
  httpsOnly: false,
  port: () => 8000,
  httpsPort: () => 8443,
  proxied: [
    ['proxied.com', 'http://127.0.0.1:3000/'],
    ['a.x.com', 'http://127.0.0.1:3001/'],
  ],
}

test.each([
  ['www.example.com', 'site', 'site'],
  ['b.x.com', 'site', 'site'],
  ['example.com', 'redirect', 'redirect'],
  // The site comes first.
  ['a.x.com', 'site', 'site'],
  ['proxied.com', 'proxied', 'default'],
  ['x.proxied.com', 'default', 'default'],
  ['_wsgi_', 'default', 'default'],
  [null, 'default', 'default'],
])('VirtualHosts.of(%j) is %s, and %s with HTTPS', (name, http, https) => {
  const hosts = new VirtualHosts(plain)
  expect([hosts.of(false, name).kind, hosts.of(true, name).kind]).toEqual([http, https])
})

function leadsTo(host: VirtualHost): unknown {
  return host.kind === 'redirect' ? [host.status, host.origin()] : host
}

test('VirtualHosts.of() leads from the domain to its www', () => {
  const hosts = new VirtualHosts(plain)
  expect(leadsTo(hosts.of(false, 'example.com'))).toEqual([301, 'http://www.example.com:8000'])
  expect(leadsTo(hosts.of(true, 'example.com'))).toEqual([301, 'https://www.example.com:8443'])
})

test.each(['www.example.com', 'b.x.com', 'example.com'])(
  'VirtualHosts.of(%j) leads to HTTPS with --https-only',
  name => {
    const hosts = new VirtualHosts({ ...plain, httpsOnly: true })
    expect(leadsTo(hosts.of(false, name))).toEqual([302, 'https://www.example.com:8443'])
    expect(hosts.of(true, name).kind).toBe(name === 'example.com' ? 'redirect' : 'site')
  },
)

test('VirtualHosts.of() gives each host its name and the port of its scheme', () => {
  const hosts = new VirtualHosts({ ...plain, serverName: 'https://n.com:9000' })
  expect(hosts.of(false, 'n.com')).toMatchObject({
    kind: 'site',
    name: 'n.com',
    port: '9000',
    scheme: 'https',
  })
  expect(hosts.of(false, 'other')).toMatchObject({ name: '_wsgi_', port: '80' })
  expect(hosts.of(true, 'other')).toMatchObject({ name: '_wsgi_', port: '443' })
})

test('VirtualHosts.of() without a name of the site has it answer what nobody else does', () => {
  const hosts = new VirtualHosts({ ...plain, serverName: null })
  expect(hosts.of(false, 'proxied.com').kind).toBe('proxied')
  expect(hosts.of(false, 'www.example.com')).toEqual({
    kind: 'site',
    name: null,
    port: null,
    scheme: null,
  })
})

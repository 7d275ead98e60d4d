import { describe, expect, test } from 'vitest'
import { checkValues } from '../../src/settings/check.js'
import { sectionTitles } from '../../src/settings/option-row.js'
import { allOptions } from '../../src/settings/options.js'
import { defaultSettings, settingKey, settingOptions } from '../../src/settings/settings.js'
import { originalAliases, originalOptions } from './original-options.js'

describe('allOptions', () => {
  test.each(originalOptions)('has %s as the original declares it', (...original) => {
    const [name, arity, type, repeatable, defaultValue] = original
    const row = allOptions.find(row => row.name === name)
    expect(row).toMatchObject({ name, arity, type, default: defaultValue })
    expect(row !== undefined && 'repeatable' in row).toBe(repeatable)
  })

  test.each(Object.entries(originalAliases))('knows the spelling %s of %s', (alias, name) => {
    expect(allOptions.find(row => row.name === name)?.aliases).toContain(alias)
  })

  test('adds to the original only what stands in the section of modwsgi-dev', () => {
    const names = originalOptions.map(([name]) => name)
    const added = allOptions.filter(row => !names.includes(row.name))
    expect(added.map(row => row.section)).toEqual(added.map(() => 'modwsgi-dev'))
  })

  test('names nothing twice', () => {
    const names = allOptions.flatMap(row => [row.name, ...(row.aliases ?? [])])
    expect(names).toEqual([...new Set(names)])
  })

  test('has a value name for each value', () => {
    const wrong = allOptions.filter(row => (row.metavar?.split(' ').length ?? 0) !== row.arity)
    expect(wrong.map(row => row.name)).toEqual([])
  })

  test('uses every section', () => {
    expect([...new Set(allOptions.map(row => row.section))]).toEqual(Object.keys(sectionTitles))
  })

  test.each(allOptions.map(row => [row.name, row] as const))('explains %s', (_, row) => {
    expect(row.help).toMatch(/^[^ ].*[^. ]$/)
    expect(row.why !== undefined).toBe(row.parity === 'inert')
  })
})

describe('defaultSettings', () => {
  test('pass the check', () => {
    expect(() => checkValues(defaultSettings, new Map())).not.toThrow()
  })

  test('hold a value under the key of every option', () => {
    expect(Object.keys(defaultSettings)).toEqual(settingOptions.map(row => settingKey(row.name)))
  })

  test('are frozen, and so are their lists', () => {
    expect(Object.isFrozen(defaultSettings)).toBe(true)
    expect(Object.values(defaultSettings).every(value => Object.isFrozen(value))).toBe(true)
  })
})

describe('settingKey()', () => {
  test.each([
    ['--port', 'port'],
    ['--url-alias', 'urlAlias'],
    ['--http2', 'http2'],
    ['--ssl-ca-certificate-file', 'sslCaCertificateFile'],
  ])('turns %s into %s', (name, key) => {
    expect(settingKey(name)).toBe(key)
  })
})

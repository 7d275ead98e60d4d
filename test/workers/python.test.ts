import { describe, expect, test } from 'vitest'
import { choosePython, expectFreeThreading, findPython } from '../../src/workers/python.js'

const nothing = () => false

describe('choosePython()', () => {
  const search = { option: null, virtualEnv: undefined, folders: ['/site', '/here'] }

  test('prefers --python to all others', () => {
    const chosen = choosePython({ ...search, option: '/p', virtualEnv: '/v' }, () => true)
    expect(chosen).toEqual({ path: '/p', origin: '--python' })
  })

  test('prefers the active environment to those in the working directory', () => {
    expect(choosePython({ ...search, virtualEnv: '/v' }, () => true)).toEqual({
      path: '/v/bin/python',
      origin: 'VIRTUAL_ENV',
    })
  })

  test('finds .venv before venv in the working directory', () => {
    expect(choosePython(search, () => true).origin).toBe('.venv')
    expect(choosePython(search, path => path === '/site/venv/bin/python').origin).toBe('venv')
  })

  test('finds either in the first folder that has one', () => {
    const chosen = choosePython(search, path => /^.(site|here).venv/.test(path))
    expect(chosen.path).toBe('/site/venv/bin/python')
    const other = choosePython(search, path => path.startsWith('/here/'))
    expect(other).toEqual({ path: '/here/.venv/bin/python', origin: '.venv' })
  })

  test('falls back to python3 on PATH', () => {
    expect(choosePython(search, nothing)).toEqual({ path: 'python3', origin: 'PATH' })
  })
})

describe('findPython()', () => {
  const search = { option: null, virtualEnv: undefined, folders: ['/'] }

  test('asks the version', async () => {
    const python = await findPython(search)
    expect(python.version).toMatch(/^3\.\d+\.\d+$/)
  })

  test('names the option and the value when there is no such program', async () => {
    await expect(findPython({ ...search, option: '/no/python' })).rejects.toThrow(
      '--python /no/python does not exist',
    )
  })

  test('names the environment whose Python is missing', async () => {
    await expect(findPython({ ...search, virtualEnv: '/no/env' })).rejects.toThrow(
      '/no/env/bin/python (from VIRTUAL_ENV) does not exist',
    )
  })

  test('refuses a program that is no Python', async () => {
    await expect(findPython({ ...search, option: '/bin/true' })).rejects.toThrow(
      '--python /bin/true is not a Python that starts',
    )
  })
})

describe('expectFreeThreading()', () => {
  test('refuses a Python with the lock, and names it', async () => {
    const search = { option: 'python3', virtualEnv: undefined, folders: ['/'] }
    await expect(expectFreeThreading(search)).rejects.toThrow(
      /^--free-threading needs a Python built for it, as python3\.13t: python3 \(3\.\d+\.\d+\) is none/,
    )
  })
})

import { describe, expect, test } from 'vitest'
import { ReloadRules } from '../../src/watch/reload-rules.js'

const included = (globs: string[], path: string, exclude: string[] = []) =>
  new ReloadRules({ folder: '/site', include: globs, exclude }).includes(path)

describe('--reload-include', () => {
  test.each([
    [['*.yaml'], '/site/a.yaml', true],
    [['*.yaml'], '/site/config/deep/a.yaml', true],
    [['*.yaml'], '/site/config/a.yml', false],
    [['*.yaml'], '/site/A.YAML', false],
    [['config/*.yaml'], '/site/config/a.yaml', true],
    [['config/*.yaml'], '/site/other/config/a.yaml', false],
    [['config/*.yaml'], '/site/config/deep/a.yaml', false],
    [['config/**/*.yaml'], '/site/config/deep/a.yaml', true],
    [['**/config/a?.yaml'], '/site/x/config/ab.yaml', true],
    [['/.env'], '/site/.env', true],
    [['/.env'], '/site/sub/.env', false],
    [['.env'], '/site/sub/.env', true],
    [['templates/'], '/site/app/templates/app/base.html', true],
    [['templates/'], '/site/app/templates', false],
    [['[ab].txt'], '/site/b.txt', true],
    [['[!ab].txt'], '/site/b.txt', false],
    [['*.yaml', '!local.yaml'], '/site/local.yaml', false],
    [['*.yaml', '!local.yaml', '/local.yaml'], '/site/local.yaml', true],
    [['*.yaml'], '/elsewhere/a.yaml', false],
    [['*'], '/site-two/a.yaml', false],
    [['*'], '/site/..a.yaml', true],
  ])('%j and %s: %s', (globs, path, is) => {
    expect(included(globs, path)).toBe(is)
  })

  test('an excluded file is not included', () => {
    expect(included(['*.yaml'], '/site/a.yaml', ['/a.yaml'])).toBe(false)
    expect(included(['*.yaml'], '/site/b.yaml', ['/a.yaml'])).toBe(true)
  })
})

describe('--reload-exclude', () => {
  const rules = new ReloadRules({
    folder: '/site',
    include: [],
    exclude: ['generated/', '*_pb2.py', '!keep_pb2.py'],
  })
  test.each([
    ['/site/generated/a.py', true],
    ['/site/app/generated/deep/a.py', true],
    ['/site/app/a_pb2.py', true],
    ['/site/app/keep_pb2.py', false],
    ['/site/app/a.py', false],
    ['/elsewhere/generated/a.py', false],
  ])('%s: %s', (path, is) => {
    expect(rules.excludes(path)).toBe(is)
  })

  test('excluded folders are not walked, nor those that nobody edits', () => {
    const walks = (folder: string, name: string) => rules.walks(folder, name)
    expect(walks('/site/app', 'app')).toBe(true)
    expect(walks('/site/app/generated', 'generated')).toBe(false)
    for (const name of ['node_modules', '.git', '__pycache__', 'venv', '.venv'])
      expect(walks(`/site/${name}`, name)).toBe(false)
  })
})

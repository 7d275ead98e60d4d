import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Controls } from '../../src/cli/controls.js'
import { pressKey } from '../../src/cli/keys.js'

function target(env: NodeJS.ProcessEnv = {}, controls: Partial<Controls> = {}) {
  const shown: string[] = []
  const show = (text: string) => void shown.push(text)
  return { shown, controls: controls as Controls, url: 'http://localhost:8000/', env, show }
}

/** A PATH on which only this opener of browsers is. */
function openerOnPath(script: string | null): string {
  const folder = mkdtempSync(join(tmpdir(), 'modwsgi-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  if (script !== null) {
    const path = join(folder, process.platform === 'darwin' ? 'open' : 'xdg-open')
    writeFileSync(path, `#!/bin/sh\n${script}\n`)
    chmodSync(path, 0o755)
  }
  return folder
}

describe('pressKey()', () => {
  test('says in one line that there is no such key', async () => {
    const pressed = target()
    await pressKey(' stop\x1b[2J ', pressed)
    expect(pressed.shown).toEqual(['there is no key "stop\\u001b[2J": h and Enter lists them\n'])
  })

  test('does nothing for an empty line', async () => {
    const pressed = target()
    await pressKey('  ', pressed)
    expect(pressed.shown).toEqual([])
  })

  test('h lists every key', async () => {
    const pressed = target()
    await pressKey('H', pressed)
    const letters = pressed.shown.join('').match(/^.(?= )/gm)
    expect(letters).toEqual(['h', 'r', 'w', 's', 'o', 'c', '+', '-', 'q'])
  })

  test('says in one line what is refused', async () => {
    const error = 'the server is stopping'
    const pressed = target({}, { resizeBy: () => ({ ok: false, error }) })
    await pressKey('+', pressed)
    expect(pressed.shown).toEqual([`${error}\n`])
  })

  test('r says that it is another attempt', async () => {
    const error = 'worker 1 exited with status 3 while it started; the log says more'
    const restart = async () => ({ ok: false, error }) as const
    const pressed = target({}, { failing: true, restart })
    await pressKey('r', pressed)
    expect(pressed.shown).toEqual(['trying again: workers died while they started\n', `${error}\n`])
  })

  test.each([
    ['xterm', ['\x1b[3J\x1b[2J\x1b[H']],
    ['dumb', []],
  ])('c on a terminal that is %s', async (term, shown) => {
    const pressed = target({ TERM: term })
    await pressKey('c', pressed)
    expect(pressed.shown).toEqual(shown)
  })

  test('o opens the site', async () => {
    const folder = openerOnPath('echo "$1" > "$OPENED.new"; mv "$OPENED.new" "$OPENED"')
    const opened = join(folder, 'opened')
    const pressed = target({ PATH: `${folder}:/usr/bin:/bin`, OPENED: opened })
    await pressKey('o', pressed)
    await expect.poll(() => existsSync(opened)).toBe(true)
    expect(readFileSync(opened, 'utf8')).toBe('http://localhost:8000/\n')
    expect(pressed.shown).toEqual([])
  })

  test.each([
    ['is not there', null, / cannot be started \(ENOENT\): the site is at http:\S+\n$/],
    ['fails', 'exit 3', / ended with exit code 3: the site is at http:\S+\n$/],
  ])('o says in one line that the opener %s', async (_title, script, line) => {
    const pressed = target({ PATH: openerOnPath(script) })
    await pressKey('o', pressed)
    await expect.poll(() => pressed.shown).toEqual([expect.stringMatching(line)])
  })

  test('o starts nothing where BROWSER is none', async () => {
    const pressed = target({ BROWSER: 'none', PATH: openerOnPath('exit 3') })
    await pressKey('o', pressed)
    expect(pressed.shown).toEqual(['BROWSER is none: the site is at http://localhost:8000/\n'])
  })
})

import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { planLogProgram, splitCommand } from '../../src/cli/log-program.js'
import { defaultSettings } from '../../src/settings/settings.js'
import { temporaryProject } from '../settings/temporary-project.js'

test.each([
  ['rotatelogs', ['rotatelogs']],
  ["  rotatelogs -p 'my script'  -l ", ['rotatelogs', '-p', 'my script', '-l']],
  ['a\\ b "c d"e', ['a b', 'c de']],
])('splitCommand(%j)', (text, words) => {
  expect(splitCommand(text)).toEqual(words)
})

/** What the option means in a folder of its own, whose `bin` is on PATH. */
function plan(
  rotatelogsExecutable: string | null,
  rotateLogs = true,
  folder = folderWithProgram(),
) {
  const place = { cwd: folder, env: { PATH: join(folder, 'bin') }, uid: 1 }
  return planLogProgram({ ...defaultSettings, rotateLogs, rotatelogsExecutable }, place)
}

function folderWithProgram(): string {
  const folder = temporaryProject({ 'bin/rotate': '#!/bin/sh\n', 'bin/text': '' })
  chmodSync(join(folder, 'bin/rotate'), 0o755)
  return folder
}

describe('planLogProgram()', () => {
  test('finds it on PATH, or from the folder of the command', () => {
    const folder = folderWithProgram()
    const program = join(folder, 'bin/rotate')
    expect(plan('rotate -l', true, folder)).toEqual([program, '-l'])
    expect(plan('bin/rotate', true, folder)).toEqual([program])
    expect(plan(program)).toEqual([program])
  })

  test.each(['none', 'bin/none', 'bin/text', 'bin', ' '])('refuses %j', text => {
    expect(() => plan(text)).toThrow(/^--rotatelogs-executable expects a program, got "/)
  })

  test('is not asked for where nothing rotates, and none where none is named', () => {
    expect(plan('none', false)).toBeNull()
    expect(plan(null)).toBeNull()
  })
})

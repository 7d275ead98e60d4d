import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { UserError } from '../../src/base/errors.js'
import { envvarsScript, sourceEnvvars } from '../../src/cli/envvars.js'

function makeScript(text: string): { folder: string; script: string } {
  const folder = mkdtempSync(join(tmpdir(), 'modwsgi-envvars-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const script = join(folder, 'envvars')
  writeFileSync(script, text)
  return { folder, script }
}

const env = { PATH: process.env['PATH'] ?? '/bin', MARK: 'before' }

test('sourceEnvvars() gives what the script exports, changes and takes away', async () => {
  const { script } = makeScript(
    'export A="two\nlines" SEEN="$MOD_WSGI_HTTP_PORT $MARK"\nexport MARK=after\nB=kept\ncd /\n',
  )
  const after = await sourceEnvvars(script, null, env, { MOD_WSGI_HTTP_PORT: '8000' })
  expect(after).toEqual({
    PATH: env.PATH,
    A: 'two\nlines',
    SEEN: '8000 before',
    MARK: 'after',
    MOD_WSGI_HTTP_PORT: '8000',
  })
  const { script: another } = makeScript('unset MARK\n')
  expect(await sourceEnvvars(another, null, env, {})).toEqual({ PATH: env.PATH })
})

test('sourceEnvvars() keeps what the shell has for itself as it was', async () => {
  const { script } = makeScript('cd /\n')
  const kept = { PWD: '/somewhere', SHLVL: '7' }
  expect(await sourceEnvvars(script, null, { ...env, ...kept }, {})).toEqual({ ...env, ...kept })
})

test('sourceEnvvars() fails when the script ends the shell', async () => {
  const { script } = makeScript('exit 7\n')
  const source = () => sourceEnvvars(script, null, env, {})
  await expect(source()).rejects.toThrow(UserError)
  await expect(source()).rejects.toThrow(
    `--envvars-script ${script} ended the shell with exit code 7`,
  )
})

test('sourceEnvvars() names a script that writes where its variables are told', async () => {
  const { script } = makeScript('echo hello >&3\n')
  await expect(sourceEnvvars(script, null, env, {})).rejects.toThrow(
    `--envvars-script ${script} writes to descriptor 3`,
  )
})

test('sourceEnvvars() gives up a script that does not end', async () => {
  const { script } = makeScript('exec sleep 60\n')
  const source = sourceEnvvars(script, null, env, {}, AbortSignal.timeout(100))
  await expect(source).rejects.toThrow(`--envvars-script ${script} was given up`)
})

test('envvarsScript() is that of the option, else that of the server root, else none', () => {
  const { folder, script } = makeScript('')
  expect(envvarsScript('/other', folder)).toBe('/other')
  expect(envvarsScript(null, folder)).toBe(script)
  expect(envvarsScript(null, '/no/such/root')).toBeNull()
})

test('sourceEnvvars() runs the script with the shell that is named', async () => {
  const { folder, script } = makeScript('export MARK="$NAME"\n')
  const shell = join(folder, 'shell')
  writeFileSync(shell, '#!/bin/sh\nexport NAME=mine\nexec sh "$@"\n', { mode: 0o755 })
  expect(await sourceEnvvars(script, shell, env, {})).toMatchObject({ MARK: 'mine' })
})

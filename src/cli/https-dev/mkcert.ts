/** Certificates by mkcert (https://github.com/FiloSottile/mkcert), whose authority the browsers of the user trust already. */
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { CertifiedKey } from './certificate.js'

const run = promisify(execFile)

/** Milliseconds that it may take. */
const longest = 10_000

/**
 * Null where mkcert is not installed, or was never set up (`mkcert -install`): then nobody trusts it either.
 *
 * @param names host names and addresses
 */
export async function mkcertCertificate(
  names: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<(CertifiedKey & { readonly authorityFile: string }) | null> {
  const folder = mkdtempSync(join(tmpdir(), 'modwsgi-dev-'))
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
  try {
    const { stdout } = await run('mkcert', ['-CAROOT'], { env, timeout: longest })
    const authorityFile = join(stdout.trim(), 'rootCA.pem')
    if (!existsSync(authorityFile)) return null
    await run('mkcert', ['-cert-file', cert, '-key-file', key, ...names], { env, timeout: longest })
    return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8'), authorityFile }
  } catch {
    return null
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

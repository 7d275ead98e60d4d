/** A project of `django-admin startproject` with its default middleware and one small template. */
import { appendFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { outputOf } from './program.mjs'

const settings = `
DEBUG = False
ALLOWED_HOSTS = ["*"]
TEMPLATES[0]["DIRS"] = [BASE_DIR / "templates"]
`

const urls = `
from django.shortcuts import render


def greet(request):
    return render(request, "greeting.html", {"name": request.GET.get("name", "World"), "count": 3})


urlpatterns = [path("", greet)]
`

const template = `<!doctype html>
<title>Greeting</title>
<h1>Hello {{ name }}!</h1>
<p>You have {{ count }} message{{ count|pluralize }}.</p>
`

/**
 * @param {import('./scenario.mjs').SitePlace} place
 * @param {{ urls?: string, settings?: string }} [more] Python at the end of these modules
 * @returns {Promise<import('./scenario.mjs').Site>}
 */
export async function makeDjangoSite({ folder, python }, more = {}) {
  await outputOf(python, ['-m', 'django', 'startproject', 'mysite', folder], 30_000)
  await mkdir(join(folder, 'templates'))
  await writeFile(join(folder, 'templates/greeting.html'), template)
  await appendFile(join(folder, 'mysite/settings.py'), settings + (more.settings ?? ''))
  await appendFile(join(folder, 'mysite/urls.py'), urls + (more.urls ?? ''))
  return {
    folder,
    script: 'mysite/wsgi.py',
    module: 'mysite.wsgi',
    django: true,
    path: '/',
    isRight: body => body.includes('<p>You have 3 messages.</p>'),
  }
}

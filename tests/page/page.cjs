// tests/page/page.cjs: what a person does with the status page, in headless Chromium; started by run.sh.
'use strict';
const {chromium} = require('playwright-core');
const {execFileSync} = require('child_process');
const http = require('http');
const path = require('path');
const axe = require.resolve('axe-core/axe.min.js');

const {URL: url, SHOTS: shots, BROWSER: executablePath, TRIBUTARY: tributary, CONFIG: config} = process.env;
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

let broken = 0;
const say = (good, sentence, more) => {
  console.log((good ? 'passed: ' : 'failed: ') + sentence);
  if (good) return;
  ++broken;
  if (more) console.log('    ' + String(more).split('\n').slice(0, 12).join('\n    '));
};
// A step that throws is one that failed.
const step = async (sentence, act) => {
  try {
    const wrong = await act();
    say(!wrong, sentence, wrong);
  } catch (problem) {
    say(false, sentence, problem.message);
  }
};
const command = (...words) => execFileSync(tributary, ['--config', config, ...words], {encoding: 'utf8'});
const status = () => {
  try {
    return JSON.parse(command('status', '--json'));
  } catch (problem) {
    return JSON.parse(problem.stdout); // exit 3: not all is well
  }
};
// One request as it is written here: status, headers, body.
const ask = (where, {method = 'GET', headers = {}, body = ''} = {}) =>
  new Promise((done, fail) => {
    const request = http.request(url + where, {method, headers}, answer => {
      let text = '';
      answer.on('data', piece => {
        text += piece;
      });
      answer.on('end', () => done({status: answer.statusCode, headers: answer.headers, text}));
    });
    request.on('error', fail);
    request.end(body);
  });

(async () => {
  const browser = await chromium.launch({executablePath, args: flags});
  // A page that collects what must not be.
  const open = async (where, options = {}) => {
    const context = await browser.newContext({viewport: {width: 1440, height: 1000}, locale: 'en-GB', ...options});
    const page = await context.newPage();
    page.faults = [];
    page.on('console', one => one.type() === 'error' && page.faults.push('console: ' + one.text()));
    page.on('pageerror', one => page.faults.push('script: ' + one.message));
    page.on('request', one => one.url().startsWith(url) || page.faults.push('elsewhere: ' + one.url()));
    await page.goto(url + where);
    return page;
  };
  // axe comes by the protocol of the browser's tools, which no policy of the page forbids.
  const violations = async page => {
    await page.evaluate(require('fs').readFileSync(axe, 'utf8') + ';undefined');
    const found = await page.evaluate(() =>
      window.axe.run(document, {
        runOnly: {type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']},
      }),
    );
    return found.violations
      .map(one => one.id + ': ' + one.nodes.map(node => node.html.slice(0, 90)).join(' | '))
      .join('\n');
  };
  const too_wide = page =>
    page.evaluate(() =>
      document.scrollingElement.scrollWidth > innerWidth
        ? 'the page is ' + document.scrollingElement.scrollWidth + ' wide in a window of ' + innerWidth
        : '',
    );

  for (const width of [360, 768, 1440]) {
    for (const colorScheme of ['light', 'dark']) {
      for (const [lang, locale] of [
        ['en', 'en-GB'],
        ['de', 'de-DE'],
      ]) {
        await step(
          `${width} px, ${colorScheme}, ${lang}: no violation, no error, nothing beside the window`,
          async () => {
            const page = await open('/', {viewport: {width, height: 1000}, colorScheme, locale});
            await page.waitForSelector('#live:not([hidden])');
            await page.screenshot({path: path.join(shots, `page-${width}-${colorScheme}-${lang}.png`), fullPage: true});
            const said = await page.evaluate(() => document.documentElement.lang);
            const wrong = [
              said === lang ? '' : 'speaks ' + said,
              await violations(page),
              await too_wide(page),
              ...page.faults,
            ]
              .filter(Boolean)
              .join('\n');
            await page.context().close();
            return wrong;
          },
        );
      }
    }
  }

  await step('says what is there: delivered, uploading, held, refused, paused, away, alarm', async () => {
    const page = await open('/');
    const text = await page.innerText('main');
    const wanted = [
      'uploading',
      'held by an operator',
      'refused',
      'paused',
      'away',
      'next attempt',
      'tls.cert_file: ends in',
      'tributary release',
      'Delivered today',
    ];
    await page.context().close();
    return wanted
      .filter(word => !text.includes(word))
      .map(word => 'not there: ' + word)
      .join('\n');
  });

  await step('in German it says who must act and how; what is English says so to a screen reader', async () => {
    const page = await open('/?lang=de');
    const text = await page.innerText('main');
    const english = await page.evaluate(() => {
      const words = /\b(the|is|are|of|and|by|until|not|to|for)\b/i;
      const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      const found = [];
      for (let node = walk.nextNode(); node; node = walk.nextNode()) {
        if (words.test(node.data) && !node.parentElement.closest('[lang=en], code, noscript')) found.push(node.data.trim());
      }
      return [...found, document.querySelectorAll('main [lang=en]').length ? '' : 'nothing is marked'].filter(Boolean);
    });
    await page.context().close();
    const wanted = ['Von Hand angehalten', 'Keine gültige Einwilligung', 'Ein Zertifikat oder Token', 'wieder versucht'];
    return [...wanted.filter(word => !text.includes(word)).map(word => 'not there: ' + word), ...english].join('\n');
  });

  for (const where of [
    '/parcels?show=held',
    '/parcels?show=refused',
    '/parcels?show=waiting',
    '/parcels?show=delivered',
    '/runs',
  ]) {
    await step(`${where}: no violation, no error, narrow too`, async () => {
      const page = await open(where, {viewport: {width: 360, height: 800}});
      const wrong = [await violations(page), await too_wide(page), ...page.faults].filter(Boolean).join('\n');
      await page.screenshot({path: path.join(shots, 'list' + where.replace(/[^a-z]+/g, '-') + '.png'), fullPage: true});
      await page.context().close();
      return wrong;
    });
  }
  await step('of a run, all parcels are shown from its link', async () => {
    const page = await open('/');
    await page.click('.runs tbody a');
    await page.waitForSelector('#list');
    const rows = await page.locator('#list tbody tr').count();
    await page.context().close();
    return rows === status().parcels.length ? '' : rows + ' rows';
  });

  await step('the keyboard reaches everything in its order, and one sees where it is', async () => {
    const page = await open('/');
    const all = await page.evaluate(
      () => [...document.querySelectorAll('a[href], button, summary')].filter(e => e.checkVisibility()).length,
    );
    const seen = [];
    for (let i = 0; i < all; ++i) {
      await page.keyboard.press('Tab');
      seen.push(
        await page.evaluate(() => {
          const e = document.activeElement,
            box = e.getBoundingClientRect();
          const style = getComputedStyle(e);
          return {
            name: e.innerText || e.textContent,
            visible: box.width > 0 && box.left >= 0 && style.outlineStyle !== 'none',
            order: [...document.querySelectorAll('a[href], button, summary')].indexOf(e),
          };
        }),
      );
    }
    await page.context().close();
    const wrong = seen
      .flatMap((one, i) => [
        one.visible ? '' : 'not seen: ' + one.name,
        one.order >= i - 1 ? '' : 'out of order: ' + one.name,
      ])
      .filter(Boolean);
    return seen[0].order !== 0 ? 'the first is not the way to the content' : wrong.join('\n');
  });
  await step('the first key leads past the head', async () => {
    const page = await open('/');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    const inside = await page.evaluate(() => !!document.activeElement.closest('main'));
    await page.context().close();
    return inside ? '' : 'the focus is not in the content';
  });

  await step('without a script it is whole, speaks both languages by a link and refreshes itself', async () => {
    const page = await open('/', {javaScriptEnabled: false});
    await page.screenshot({path: path.join(shots, 'page-1440-no-script.png'), fullPage: true});
    const meta =
      (await page.locator('noscript meta[http-equiv=refresh]').count()) +
      (await page.locator('head meta[http-equiv=refresh]').count());
    const tables = await page.locator('table').count();
    await page.click('text=Deutsch');
    const german = await page.locator('html').getAttribute('lang');
    const wrong = [
      meta ? '' : 'no refresh',
      tables >= 6 ? '' : tables + ' tables',
      german === 'de' ? '' : 'not German',
      ...page.faults,
    ];
    await page.context().close();
    return wrong.filter(Boolean).join('\n');
  });

  await step('news come by themselves, and the focus stays', async () => {
    const page = await open('/');
    await page.waitForFunction(
      () => document.getElementById('live').className === '' && !document.getElementById('live').hidden,
    );
    await page.evaluate(() => {
      window.same = true;
    });
    await page.focus('#stuck a');
    const [name, before] = await page.evaluate(() => [
      document.activeElement.textContent,
      document.querySelector('h1').textContent,
    ]);
    const parcel = status().parcels.find(one => one.destination === 'registry' && one.state === 'queued').parcel;
    command('hold', parcel);
    await page.waitForFunction(was => document.querySelector('h1').textContent !== was, before, {timeout: 15000});
    const after = await page.evaluate(() => [window.same === true, document.activeElement.textContent]);
    const faults = page.faults.join('\n');
    await page.context().close();
    command('release', parcel);
    return (
      faults || (after[0] ? '' : 'it was loaded anew') || (after[1] === name ? '' : 'the focus is at: ' + after[1])
    );
  });
  await step('nothing moves for whom that is unpleasant', async () => {
    const page = await open('/', {reducedMotion: 'reduce'});
    const moves = await page.evaluate(
      () =>
        [...document.querySelectorAll('*')].filter(e => {
          const style = getComputedStyle(e);
          return style.transitionDuration !== '0s' || style.animationName !== 'none';
        }).length,
    );
    await page.context().close();
    return moves ? moves + ' elements move' : '';
  });

  const acting = await open('/?lang=de');
  const sign_in = async token => {
    await acting.click('summary');
    await acting.fill('#token', token);
    await acting.click('details button');
  };
  await step('shows no button to whom did not sign in, and refuses a wrong token', async () => {
    const before = await acting.locator('main button').count();
    await sign_in('page-token-of-nobody');
    const told = await acting.innerText('.told');
    acting.faults.length = 0; // the browser tells of the 403 that was meant
    return [before ? before + ' buttons' : '', told.includes('nicht das Token') ? '' : told].filter(Boolean).join('\n');
  });
  await step('whoever signs in may act: pause, resume, retry; each is in the audit chain', async () => {
    await sign_in('page-token-of-the-test');
    const cookie = (await acting.context().cookies()).find(one => one.name === 'tributary');
    if (!cookie || !cookie.httpOnly || cookie.sameSite !== 'Strict') return 'the cookie is not strict';
    const press = async (row, name) => {
      await acting.click(`#destinations tr:has(th:text-is("${row}")) button:has-text("${name}")`);
      return acting.innerText('.told');
    };
    const told = [await press('archive', 'Pausieren')];
    if (!status().destinations.some(one => one.destination === 'archive' && one.state === 'paused'))
      return 'not paused';
    await acting.screenshot({path: path.join(shots, 'page-1440-acting-de.png'), fullPage: true});
    const wrong = await violations(acting);
    if (wrong) return wrong;
    told.push(await press('archive', 'Fortsetzen'));
    if (status().destinations.some(one => one.destination === 'archive' && one.state === 'paused'))
      return 'not resumed';
    await acting.click('#stuck button:has-text("Wiederholen")');
    told.push(await acting.innerText('.told'));
    const audit = command('audit', 'export');
    const by = [...audit.matchAll(/"action\\*": ?\\*"(\w+)[^}]*"by\\*": ?\\*"status page/g)]
      .map(one => one[1])
      .join(' ');
    return by === 'pause resume retry' ? acting.faults.join('\n') : 'audit: ' + by + '; told: ' + told.join('; ');
  });
  await step('holds a parcel with one click, and cancels one with two', async () => {
    const queued = () => status().parcels.filter(one => one.destination === 'registry' && one.state === 'queued');
    const {parcel} = queued()[0];
    const of = id => `#moving tr:has(code:text-is("${id}")), #list tr:has(code:text-is("${id}"))`;
    const where = '/parcels?show=waiting&lang=de';
    await acting.goto(url + where);
    await acting.click(`${of(parcel)} >> button:has-text("Anhalten")`);
    const state = id => status().parcels.find(one => one.parcel === id).state;
    if (state(parcel) !== 'held') return 'not held: ' + state(parcel);
    command('release', parcel);
    await acting.goto(url + where);
    const rows = queued().length;
    await acting.click(`${of(parcel)} >> a:has-text("Abbrechen")`);
    await acting.waitForSelector('.ask');
    await acting.screenshot({path: path.join(shots, 'page-1440-cancel-de.png')});
    const wrong = await violations(acting);
    if (wrong) return wrong;
    if (queued().length !== rows) return 'cancelled by the first click';
    await acting.click('.ask button');
    const told = await acting.innerText('.told');
    return state(parcel) === 'cancelled' && told.includes('Abgebrochen') ? '' : state(parcel) + '; ' + told;
  });
  await step('a form that another site made is not obeyed', async () => {
    const [cookie] = await acting.context().cookies();
    const csrf = await acting.locator('input[name=csrf]').first().getAttribute('value');
    const send = (headers, word) =>
      ask('/act', {
        method: 'POST',
        body: `csrf=${word}&act=pause&destination=national`,
        headers: {
          'Content-Type': 'application/x-www-form-urlencoded',
          Cookie: 'tributary=' + cookie.value,
          ...headers,
        },
      });
    const answers = [
      await send({}, csrf),
      await send({Origin: 'null'}, csrf),
      await send({Origin: 'http://evil.example'}, csrf),
      await send({Origin: url}, 'x'.repeat(64)),
      await send({Origin: url, Cookie: ''}, csrf),
      await send({Origin: url, 'Content-Type': 'text/plain'}, csrf),
    ];
    if (answers.some(one => one.status !== 403)) return answers.map(one => one.status).join(' ');
    return status().destinations.some(one => one.destination === 'national' && one.state === 'paused')
      ? 'it was obeyed'
      : '';
  });
  await step('a strange name that leads here gets nothing', async () => {
    const answers = await Promise.all(
      ['/', '/api/status', '/metrics', '/events'].map(where => ask(where, {headers: {Host: 'evil.example'}})),
    );
    return answers.every(one => one.status === 421 && !/T[SL]-/.test(one.text))
      ? ''
      : answers.map(one => one.status).join(' ');
  });
  await step('signed out, it only shows again', async () => {
    await acting.click('footer button');
    return (await acting.locator('main button').count()) ? 'there are buttons' : '';
  });

  const sizes = await Promise.all(
    ['/', '/style.css', '/app.js', '/icon.svg'].map(
      async where => where + ' ' + Buffer.byteLength((await ask(where)).text),
    ),
  );
  console.log('bytes: ' + sizes.join(', '));
  await browser.close();
  console.log(`screenshots: ${shots}`);
  process.exit(0);
})();

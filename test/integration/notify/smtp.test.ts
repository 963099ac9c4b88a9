import type { SMTPServerOptions } from 'smtp-server';
import { afterEach, describe, expect, it } from 'vitest';
import { deliver } from '../../../src/core/notify/deliver.js';
import { type Mail, sendMail } from '../../../src/core/notify/smtp.js';
import { CLOSED_PORT, startFakeServer, startSilentServer } from '../../support/fake-server.js';
import { startMailServer } from '../../support/receiver.js';
import { waitUntil } from '../../support/wait-until.js';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
});
const started = async <T extends { stop(): Promise<void> }>(starting: Promise<T>): Promise<T> => {
  const server = await starting;
  stops.push(() => server.stop());
  return server;
};

const MAIL: Mail = {
  from: 'rcm@example.com',
  to: ['ops@example.com', 'boss@example.com'],
  subject: 'rcm: 1 critical – Söhne',
  text: 'Text: Söhne\n',
  html: '<p>HTML</p>',
  messageId: 'one-id@example.com',
};
const send = (url: string, timeoutMs = 5000, mail = MAIL) =>
  deliver((signal) => sendMail(new URL(url), mail, timeoutMs, signal), { timeoutMs, pauseMs: 5 });

describe('over SMTP', () => {
  it('one mail to all, as text and HTML', async () => {
    const server = await started(startMailServer());
    expect(await send(`smtp://127.0.0.1:${server.port}`)).toEqual({ attempts: 1, error: null, result: [] });
    const [mail, ...more] = server.take();
    expect(more).toEqual([]);
    expect(mail).toMatchObject({ from: MAIL.from, to: MAIL.to });
    expect(mail?.raw).toContain('Message-ID: <one-id@example.com>\r\n');
    expect(mail?.raw).toContain('Auto-Submitted: auto-generated\r\n');
    expect(mail?.raw).toMatch(/^Subject: =\?UTF-8\?[BQ]\?/m);
    expect(mail?.raw).toContain('multipart/alternative');
    expect(mail?.raw).toContain('<p>HTML</p>');
  });

  it('a line break in a subject makes no header', async () => {
    const server = await started(startMailServer());
    const subject = 'a\r\nBcc: everybody@example.com\r\n\r\nbody';
    expect((await send(`smtp://127.0.0.1:${server.port}`, 5000, { ...MAIL, subject })).error).toBeNull();
    const [mail] = server.take();
    expect(mail?.to).toEqual(MAIL.to);
    expect(mail?.raw).not.toMatch(/^Bcc:/im);
  });

  it('logs in; a password that is refused is tried once and not told', async () => {
    const server = await started(
      startMailServer({
        authOptional: false,
        allowInsecureAuth: true,
        onAuth: (auth, _, done) =>
          auth.username === 'user' && auth.password === 'p@ss word'
            ? done(null, { user: 'user' })
            : done(Object.assign(new Error(`bad password ${auth.password}`), { responseCode: 535 })),
      }),
    );
    expect(await send(`smtp://user:p%40ss%20word@127.0.0.1:${server.port}`)).toMatchObject({
      attempts: 1,
      error: null,
    });
    const refused = await send(`smtp://user:topsecret@127.0.0.1:${server.port}`);
    expect(refused).toMatchObject({ attempts: 1, result: null });
    expect(refused.error).toContain('535');
    expect(refused.error).not.toContain('topsecret');
  });

  it('a server that sends a log-in back, as it came: the password is not told, nor what it can be read from', async () => {
    const echo = startFakeServer((socket) => {
      socket.write('220 hello\r\n');
      socket.on('data', (data) => {
        const line = data.toString().trim();
        socket.write(/^EHLO/.test(line) ? '250-x\r\n250 AUTH PLAIN LOGIN\r\n' : `500 what is ${line}\r\n`);
      });
    });
    const server = await started(echo);
    const { error } = await send(`smtp://user:topsecret@127.0.0.1:${server.port}`);
    expect(error).toBe('it refuses the log-in (500)');
  });

  it('a server that answers for ever: given up, and nothing of it is left', async () => {
    let open = 0;
    const drip = startFakeServer((socket) => {
      open += 1;
      socket.write('220 hello\r\n');
      const more = setInterval(() => socket.write('250-more\r\n'), 20);
      socket.on('close', () => {
        clearInterval(more);
        open -= 1;
      });
    });
    const server = await started(drip);
    const { attempts, error } = await send(`smtp://127.0.0.1:${server.port}`, 200);
    expect({ attempts, error }).toEqual({ attempts: 3, error: 'it did not answer within 0.2 s' });
    await waitUntil('every connection is closed', () => open === 0);
  });

  it('a server of this machine with a certificate of its own, as they have: the mail goes, the password too', async () => {
    const server = await started(
      startMailServer({
        hideSTARTTLS: false,
        allowInsecureAuth: true,
        onAuth: (_, __, done) => done(null, { user: 'u' }),
      }),
    );
    expect(await send(`smtp://127.0.0.1:${server.port}`)).toMatchObject({ attempts: 1, error: null });
    expect(await send(`smtp://user:secret@127.0.0.1:${server.port}`)).toMatchObject({ attempts: 1, error: null });
    expect(server.take()).toHaveLength(2);
  });

  it('no password goes unencrypted to another machine', async () => {
    const passwords: unknown[] = [];
    const onAuth: SMTPServerOptions['onAuth'] = (auth, _, done) => {
      passwords.push(auth.password);
      done(null, { user: 'user' });
    };
    const server = await started(startMailServer({ authOptional: false, allowInsecureAuth: true, onAuth }));
    // An address of this machine that does not look like one.
    expect((await send(`smtp://user:topsecret@0.0.0.0:${server.port}`)).error).toMatch(/STARTTLS|TLS|certificate/);
    expect({ passwords, mails: server.take() }).toEqual({ passwords: [], mails: [] });
  });

  it('a recipient that is refused keeps no other from the mail; when all are, nobody was told', async () => {
    const refusing = (refused: RegExp) =>
      startMailServer({
        onRcptTo: ({ address }, _, done) =>
          refused.test(address) ? done(Object.assign(new Error('no such user'), { responseCode: 550 })) : done(),
      });
    const one = await started(refusing(/boss/));
    expect(await send(`smtp://127.0.0.1:${one.port}`)).toEqual({
      attempts: 1,
      error: null,
      result: ['boss@example.com'],
    });
    expect(one.take()[0]?.to).toEqual(['ops@example.com']);
    const all = await started(refusing(/./));
    expect(await send(`smtp://127.0.0.1:${all.port}`)).toMatchObject({
      attempts: 1,
      error: expect.stringMatching(/550|reject/),
    });
  });

  it('a server that is busy is tried again', async () => {
    let calls = 0;
    const busy = await started(
      startMailServer({
        onMailFrom: (_, __, done) => {
          calls += 1;
          if (calls === 1) done(Object.assign(new Error('try later'), { responseCode: 451 }));
          else done();
        },
      }),
    );
    expect(await send(`smtp://127.0.0.1:${busy.port}`)).toMatchObject({ attempts: 2, error: null });
    expect(busy.take()).toHaveLength(1);
  });

  it('nobody listens, silence, garbage, a connection cut', async () => {
    expect(await send(`smtp://127.0.0.1:${CLOSED_PORT}`)).toMatchObject({
      attempts: 3,
      error: expect.stringContaining('ECONNREFUSED'),
    });
    const silent = await started(startSilentServer());
    const start = Date.now();
    expect(await send(`smtp://127.0.0.1:${silent.port}`, 150)).toMatchObject({
      attempts: 3,
      error: expect.any(String),
    });
    expect(Date.now() - start).toBeLessThan(10_000);
    const garbage = await started(startFakeServer((socket) => void socket.end('HTTP/1.1 400 Bad\r\n\r\n')));
    expect(await send(`smtp://127.0.0.1:${garbage.port}`)).toMatchObject({
      attempts: expect.any(Number),
      error: expect.any(String),
    });
    const cut = await started(startFakeServer((socket) => socket.destroy()));
    expect(await send(`smtp://127.0.0.1:${cut.port}`)).toMatchObject({ attempts: 3, error: expect.any(String) });
  });

  it('smtps: and STARTTLS take no certificate that nobody vouches for', async () => {
    const tls = await started(startMailServer({ secure: true }));
    const refused = await send(`smtps://127.0.0.1:${tls.port}`);
    expect(refused.error).toMatch(/certificate/i);
    const starttls = await started(startMailServer({ hideSTARTTLS: false }));
    // An address of this machine that does not look like one.
    expect((await send(`smtp://0.0.0.0:${starttls.port}`)).error).toMatch(/certificate/i);
    expect([...tls.take(), ...starttls.take()]).toEqual([]);
  });
});

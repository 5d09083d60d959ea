/** Where anybody gets an address in a minute: such a domain says nothing of a sender. */
const domains: ReadonlySet<string> = new Set(
  [
    '126.com 163.com aol.com bk.ru fastmail.com free.fr freenet.de gmail.com gmx.at gmx.ch gmx.com gmx.de gmx.net',
    'googlemail.com hotmail.co.uk hotmail.com hotmail.de hotmail.fr icloud.com inbox.ru laposte.net libero.it live.com',
    'mac.com mail.com mail.ru mailfence.com me.com msn.com naver.com orange.fr outlook.com outlook.de outlook.fr pm.me',
    'posteo.de proton.me protonmail.com qq.com rediffmail.com sina.com t-online.de tuta.com tutanota.com uol.com.br',
    'web.de wp.pl ya.ru yahoo.co.jp yahoo.co.uk yahoo.com yahoo.de yahoo.fr yandex.com yandex.ru yeah.net ymail.com',
    'zoho.com zohomail.com',
  ].flatMap((line) => line.split(' ')),
);

export function isFreemail(domain: string): boolean {
  return domains.has(domain);
}

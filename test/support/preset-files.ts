/** Files in the exact formats of public feeds, with rows of our own making: good ones first, then the dirty ones. */

export const hashes = {
  md5: '0f'.repeat(16),
  sha1: '1e'.repeat(20),
  sha256: '2d'.repeat(32),
  sha3384: '3c'.repeat(48),
  imphash: '4b'.repeat(16),
  tlsh: `T1${'5A'.repeat(35)}`,
} as const;

/** A v3 address that nobody has. */
export const onion = `http://${'abcdefgh'.repeat(7)}.onion`;

export const urlhausCsv = `################################################################
# abuse.ch URLhaus Database Dump (CSV - recent URLs only)      #
# Last updated: 2026-03-02 00:10:00 (UTC)                      #
#                                                              #
# Terms Of Use: https://urlhaus.abuse.ch/api/                  #
# For questions please contact urlhaus [at] abuse.ch           #
################################################################
#
# id,dateadded,url,url_status,last_online,threat,tags,urlhaus_link,reporter
"3000004","2026-03-02 00:05:06","http://198.51.100.7:48213/bin.sh","online","2026-03-02 00:05:06","malware_download","32-bit,elf,mips,Mozi","https://urlhaus.abuse.ch/url/3000004/","reporter1"
"3000003","2026-03-01 23:59:59","https://evil.example/a?b=1,2&c=%22x%22","offline","None","malware_download","None","https://urlhaus.abuse.ch/url/3000003/","abuse_ch"
"3000002","2026-03-01 08:00:00","http://münchen.example/ü ""x"".exe","online","2026-03-01 08:00:00","","exe, AgentTesla","https://urlhaus.abuse.ch/url/3000002/",""
"3000001","2026-03-01 07:00:00","http://evil.example/short"
"3000000","0000-00-00 00:00:00","http://evil.example/undated","offline","","malware_download","","https://urlhaus.abuse.ch/url/3000000/","reporter1"
`.replaceAll('\n', '\r\n');

export const urlhausJson = JSON.stringify(
  {
    '3000004': [
      {
        dateadded: '2026-03-02 00:05:06 UTC',
        url: 'http://198.51.100.7:48213/bin.sh',
        url_status: 'online',
        last_online: '2026-03-02 00:06:06 UTC',
        threat: 'malware_download',
        tags: ['32-bit', 'elf', 'mips', 'Mozi'],
        urlhaus_link: 'https://urlhaus.abuse.ch/url/3000004/',
        reporter: 'reporter1',
      },
    ],
    '3000003': [
      {
        dateadded: '2026-03-01 23:59:59 UTC',
        url: 'https://evil.example/a',
        url_status: 'offline',
        last_online: null,
        threat: 'malware_download',
        tags: null,
        urlhaus_link: 'https://urlhaus.abuse.ch/url/3000003/',
        reporter: 'abuse_ch',
      },
    ],
    '3000000': [{ dateadded: null, url: 'http://evil.example/undated', threat: null, tags: [] }],
  },
  null,
  4,
);

const c2 = {
  ioc_type: 'ip:port',
  threat_type: 'botnet_cc',
  malware: 'win.cobalt_strike',
  malware_alias: 'Agentemis,BEACON',
  malware_printable: 'Cobalt Strike',
  first_seen_utc: '2026-03-01 10:00:00',
  last_seen_utc: null,
  confidence_level: 100,
  is_compromised: false,
  reference: null,
  tags: 'CobaltStrike, cs-watermark-1',
  anonymous: 0,
  reporter: 'abuse_ch',
};

export const threatfoxJson = JSON.stringify({
  '1000009': [{ ...c2, ioc_value: '198.51.100.7:8084', last_seen_utc: '2026-03-01 12:00:00' }],
  '1000008': [{ ...c2, ioc_value: '[2001:db8::7]:443', tags: null, confidence_level: 25 }],
  '1000007': [
    {
      ...c2,
      ioc_value: 'shop.example',
      ioc_type: 'domain',
      threat_type: 'payload_delivery',
      malware_printable: 'Unknown malware',
      is_compromised: true,
      reference: 'https://report.example/1',
    },
  ],
  '1000006': [{ ...c2, ioc_value: hashes.sha256.toUpperCase(), ioc_type: 'sha256_hash', threat_type: 'payload' }],
  '1000005': [
    { ...c2, ioc_value: hashes.sha3384, ioc_type: 'sha3_384_hash', first_seen_utc: '2026-02-28 23:00:00' },
    { ...c2, ioc_value: 'https://evil.example/gate', ioc_type: 'url', first_seen_utc: '2026-02-28 23:00:00' },
  ],
  '1000004': [{ ...c2, ioc_value: 'x', ioc_type: 'carrier_pigeon' }],
  '1000003': [{ ...c2, ioc_value: '198.51.100.7:65536' }],
  '1000002': [{ ...c2, ioc_value: 'undated.example', ioc_type: 'domain', first_seen_utc: null }],
});

export const threatfoxCsv = `################################################################
# ThreatFox IOCs: recent additions - CSV format                #
# Last updated: 2026-03-02 06:45:19 UTC                        #
#                                                              #
# Terms Of Use: https://threatfox.abuse.ch/faq/#tos            #
# For questions please contact threatfox [at] abuse.ch         #
################################################################
#
# "first_seen_utc","ioc_id","ioc_value","ioc_type","threat_type","fk_malware","malware_alias","malware_printable","last_seen_utc","confidence_level","is_compromised","reference","tags","anonymous","reporter"
"2026-03-01 10:00:00", "1000009", "198.51.100.7:8084", "ip:port", "botnet_cc", "win.cobalt_strike", "Agentemis,BEACON", "Cobalt Strike", "2026-03-01 12:00:00", "100", "False", "None", "CobaltStrike,cs-watermark-1", "0", "abuse_ch"
"2026-03-01 09:00:00", "1000001", "http://evil.example/five/fre.php", "url", "botnet_cc", "win.lokipws", "None", "Loki Password Stealer (PWS)", "", "75", "True", "https://bazaar.abuse.ch/sample/${hashes.sha256}/", "lokibot", "0", "abuse_ch"
"2026-03-01 08:00:00", "1000000", "http://evil.example/old", "url", "botnet_cc", "win.lokipws", "None", "Loki Password Stealer (PWS)", "", "75", "None", "lokibot", "0", "abuse_ch"
# Number of entries: 3
`;

export const malwarebazaarCsv = `################################################################
# MalwareBazaar recent malware samples (CSV)                   #
# Last updated: 2026-03-02 00:42:15 UTC                        #
#                                                              #
# Terms Of Use: https://bazaar.abuse.ch/faq/#tos               #
# For questions please contact bazaar [at] abuse.ch            #
################################################################
#
# "first_seen_utc","sha256_hash","md5_hash","sha1_hash","reporter","file_name","file_type_guess","mime_type","signature","clamav","vtpercent","imphash","ssdeep","tlsh"
"2026-03-02 00:42:15", "${hashes.sha256}", "${hashes.md5}", "${hashes.sha1}", "abuse_ch", "Invoice, March.exe", "exe", "application/x-dosexec", "AgentTesla", "Win.Malware.X-1", "51.43", "${hashes.imphash}", "384:abc/def+1:xyz", "${hashes.tlsh}"
"2026-03-01 23:00:00", "${'6e'.repeat(32)}", "${'7f'.repeat(16)}", "${'80'.repeat(20)}", "n/a", "i686", "elf", "application/x-executable", "n/a", "n/a", "n/a", "n/a", "n/a", "n/a"
"2026-03-01 22:00:00", "${'91'.repeat(32)}", "not-a-hash", "", "abuse_ch", "n/a", "unknown", "n/a", "n/a", "n/a", "n/a", "n/a", "n/a", "n/a"
"2026-03-01 21:00:00", "", "", "", "abuse_ch", "nothing.bin", "unknown", "n/a", "n/a", "n/a", "n/a", "n/a", "n/a", "n/a"
# Number of entries: 4
`;

export const feodoJson = JSON.stringify([
  {
    ip_address: '198.51.100.7',
    port: 443,
    status: 'online',
    hostname: 'vm-7.hoster.example',
    as_number: 64500,
    as_name: 'EXAMPLE-AS',
    country: 'DE',
    first_seen: '2026-03-01 10:00:00',
    last_online: '2026-03-02',
    malware: 'QakBot',
  },
  {
    ip_address: '203.0.113.9',
    port: 8080,
    status: 'offline',
    hostname: null,
    as_number: 64501,
    as_name: 'OTHER-AS',
    country: 'FR',
    first_seen: '2026-02-01 10:00:00',
    last_online: null,
    malware: 'QakBot',
  },
  { ip_address: '203.0.113.10', port: 65536, first_seen: '2026-03-01 11:00:00', malware: null },
  { ip_address: '203.0.113.11', port: 443, first_seen: null, malware: 'Emotet' },
]);

export const feodoCsv = `################################################################
# abuse.ch Feodo Tracker Botnet C2 IP Blocklist (CSV)          #
# Last updated: 2026-03-02 14:28:39 UTC                        #
#                                                              #
# Terms Of Use: https://feodotracker.abuse.ch/blocklist/       #
# For questions please contact feodotracker [at] abuse.ch      #
################################################################
#
"first_seen_utc","dst_ip","dst_port","c2_status","last_online","malware"
"2026-03-01 10:00:00","198.51.100.7","443","online","2026-03-02","QakBot"
"2026-02-01 10:00:00","198.051.100.9","8080","offline","","Emotet"
# END 2 entries
`;

export const ransomwatchPosts = JSON.stringify(
  [
    { post_title: 'Acme GmbH', group_name: 'lockbit3', discovered: '2026-03-01 10:00:00.123456' },
    {
      post_title: 'Smith &amp; Sons ',
      group_name: 'play',
      discovered: '2026-03-02 11:00:00.000000',
      description: 'N/A',
      website: 'www.smith.example',
      published: '2026-03-01 08:00:00.000000',
      post_url: `${onion}/post?id=1`,
      country: 'DE',
      activity: 'Not Found',
    },
    {
      post_title: '株式会社エークメ',
      group_name: 'play',
      discovered: '2026-03-02 12:00:00.000000',
      website: 'https://acme.example/日本',
      published: 'soon',
      post_url: '/post/2',
    },
    { post_title: 'No Date', group_name: 'play', discovered: null },
    { post_title: '', group_name: '', discovered: '' },
  ],
  null,
  4,
);

const victim = {
  victim: 'Acme GmbH',
  group: 'akira',
  activity: 'Manufacturing',
  attackdate: '2026-02-27T00:00:00+00:00',
  country: 'DE',
  description: 'They lost\n100 GB &amp; more.',
  discovered: '2026-03-01T10:00:00.123456+00:00',
  duplicates: [],
  extrainfos: [],
  infostealer: { employees: 4, update: '2026-02-01' },
  press: null,
  screenshot: 'https://images.ransomware.live/victims/acme.png',
};

export const ransomwareLiveV2 = JSON.stringify([
  {
    ...victim,
    domain: 'acme.example',
    claim_url: `${onion}/acme`,
    url: 'https://www.ransomware.live/id/QWNtZSBHbWJIQGFraXJh',
  },
  { victim: 'Nobody', group: 'akira', discovered: '2026-03-01T11:00:00+00:00', country: '', domain: '', claim_url: '' },
  { victim: 'Undated', group: 'akira', discovered: '' },
]);

export const ransomwareLivePro = JSON.stringify({
  client: 'test',
  count: 1,
  victims: [
    {
      ...victim,
      id: 'QWNtZSBHbWJIQGFraXJh',
      website: 'https://acme.example',
      post_url: `${onion}/acme`,
      permalink: 'https://www.ransomware.live/id/QWNtZSBHbWJIQGFraXJh',
    },
  ],
});

/** Each of them with the preset and the options that read it. */
export const presetFiles: readonly (readonly [preset: string, options: object, file: string])[] = [
  ['urlhaus', {}, urlhausCsv],
  ['urlhaus', { per: 'day', lastSeen: true }, urlhausCsv],
  ['urlhaus', { format: 'json' }, urlhausJson],
  ['threatfox', {}, threatfoxJson],
  ['threatfox', { per: 'day', compromisedToIds: true }, threatfoxJson],
  ['threatfox', { format: 'csv' }, threatfoxCsv],
  ['malwarebazaar', {}, malwarebazaarCsv],
  ['malwarebazaar', { per: 'day', fuzzyToIds: true }, malwarebazaarCsv],
  ['feodo-tracker', {}, feodoJson],
  ['feodo-tracker', { per: 'malware', lastSeen: true }, feodoJson],
  ['feodo-tracker', { format: 'csv' }, feodoCsv],
  ['ransomwatch-json', {}, ransomwatchPosts],
  ['ransomwatch-json', { as: 'attributes' }, ransomwatchPosts],
  ['ransomware-live', {}, ransomwareLiveV2],
  ['ransomware-live', { as: 'attributes', toIds: true }, ransomwareLiveV2],
  ['ransomware-live', { api: 'pro' }, ransomwareLivePro],
];

/**
 * Services that hide where a link leads behind a short one. After MISP's warninglist `url-shortener` (version 26,
 * CC0-1.0), without what is none (`youtu.be`), with a few that phishing uses today.
 */
export const shorteners: ReadonlySet<string> = new Set(
  `
  1url.com 2h.ae 2ly.link 2no.co 42url.com 4x.si 7x.qa abre.ai acortar.link adf.ly aka.gr amzn.to b2n.ir bc.vc
  bit.do bit.ly bitly.com bitly.com.vn bitly.lc bitly.ws bl.ink bom.so buff.ly buzurl.com bx.ms ci.ci clc.li clck.ru
  cli.re cur.lv cut.by cutt.ly cutt.us cuty.io d.to db.tt dft.ba dik.si dlvr.it dub.co dub.sh dwz.mk e.vg encr.pw
  encurtador.com.br encurtador.dev fb.me flowto.it fun.ly fzy.co gg-l.xyz git.io go.ly gog.li goo.by goo.gd goo.gl
  goo.su grabify.link han.gl hit.my hubs.ly hyp.ae hyperurl.co i3l.ir ic9.in id.tl ift.tt iii.im iiil.io inlnk.co
  iplogger.com iplogger.org is.gd ito.mx ity.im j.mp jii.li kortlink.dk kutt.it kutt.to l.ead.me l8.nu lc.cx
  linkshrink.net linkto.im litby.us ln.run lnk.co lnk.direct lnk.ink lnk.pw lnkd.in lnkfi.re long.af
  longurl.in maxiurl.com mcaf.ee me2.do mjt.lu mtr.bio my5353.com n9.cl nov.io o2o.to onelink.to onx.la ow.ly p6l.org
  picz.us po.st ppt.cc prettylinkpro.com q-r.to q.gs qr-codes.io qr.ae qr.net qrco.de qrcodes.pro qrkit.co rb.gy
  rebrand.ly rebrandly.com rebrandly.info relink.is reurl.cc rotf.lol s.devh.in s.ee s.id s59.site scnv.io scrnch.me
  short.gy short.io shorten.ee shorten.is shorten.tv shorter.me shorturl.ae shorturl.asia shorturl.at shorturl.gg sht.ac
  sk.gy sl8.in smarturl.it smurl.fr sn.rs snip.ly soo.gd spoo.me sprl.in srink.co su.pr surl.li t.co t.ly t2m.io tg.pe
  tiny.cc tiny.one tiny.pl tinyarrows.com tinyurl.com tinyurl.mobi tny.im tr.ee tr.im trib.al tt.vg twixar.me u.bb u.to
  urled.cc urless.com urlr.me urlshort.dev urlz.fr urlzs.com ux9.de v.gd v.ht vtaurl.com webz.cc wp.me x.co x.gd xshort.co
  xtu.me xy2.eu ykm.de yourls.org yu2.it zpr.io zurl.to zws.im zzb.bz
  `
    .trim()
    .split(/\s+/),
);

"""Domains whose mailboxes anybody can have: they say nothing about a company."""

from typing import Final

_DOMAINS = """
aol.com att.net bellsouth.net bigpond.com bluewin.ch btinternet.com charter.net comcast.net cox.net duck.com
fastmail.com fastmail.fm free.fr freenet.de gmail.com gmx.at gmx.ch gmx.com gmx.de gmx.net googlemail.com hey.com
hotmail.ca hotmail.co.uk hotmail.com hotmail.de hotmail.es hotmail.fr hotmail.it hushmail.com icloud.com inbox.com
interia.pl laposte.net libero.it live.ca live.co.uk live.com live.fr live.nl mac.com mail.com mail.ru mailbox.org
me.com msn.com naver.com ntlworld.com o2.pl optonline.net orange.fr outlook.com outlook.de outlook.fr pm.me posteo.de
proton.me protonmail.ch protonmail.com qq.com rediffmail.com rocketmail.com rogers.com sbcglobal.net seznam.cz sfr.fr
shaw.ca sina.com sky.com sympatico.ca t-online.de talktalk.net telenet.be tiscali.it tutanota.com uol.com.br
verizon.net virgilio.it virginmedia.com wanadoo.fr web.de wp.pl yahoo.ca yahoo.co.in yahoo.co.jp yahoo.co.uk yahoo.com
yahoo.com.au yahoo.com.br yahoo.de yahoo.es yahoo.fr yahoo.it yandex.com yandex.ru ymail.com ziggo.nl zoho.com
126.com 163.com
"""

FREE_MAIL_DOMAINS: Final = frozenset(_DOMAINS.split())
